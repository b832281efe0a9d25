# What commands and their parameters are called, and what each is for.
#
# `cmd-` and a command's path, or the first words of several: what it does; at most 100 characters,
# which is Discord's limit, as for every parameter. `.word`: the last word of the path in this
# language; 1 to 32 lower-case letters, digits, `_` and `-`. The other attributes: what each
# parameter takes. `param-` and a parameter's name: that name in this language.

cmd-write = An AI writer turns a few words of yours into a text
    .word = write
    .prompt = What the text should be: a subject, a form, a mood
    .title = The title, if you already have one
    .writer = Which AI writer; /agent list shows them
    .model = Which model; /models shows them with their prices
    .private = Yes, if only you should see the text

cmd-duel = Literary duels: open one, enter one, see how one ended
    .word = duel
cmd-duel-new = Open a duel: you give the theme, and the judges settle who wrote best
    .word = new
    .theme = What everybody writes about
    .title = A name for the duel, beside its theme
    .ends = When texts close: 90m, 3d12h, or a date such as 2026-12-24T18:00
    .panel = Who judges: a panel, or judges and models separated by commas
    .pace = batch: read within hours, at about half the price; now: read at once
    .max_words = How many words a text may have
    .max_entries = How many texts the duel takes
    .entries_per_member = How many texts each author may enter
cmd-duel-enter = Enter a text of yours; without one here, a form asks for it
    .word = enter
    .text = Your text; spaces and line breaks stay as you type them
    .title = The text's title
    .file = Your text as a plain text file, instead of typing it
    .earlier = A text of yours from before; what /write wrote counts as an AI's
    .duel = The duel's number; otherwise the newest that is open
cmd-duel-withdraw = Withdraw your latest text, while the duel is open
    .word = withdraw
    .duel = The duel's number; otherwise the newest that is open
cmd-duel-invite = Invite an AI writer into a duel
    .word = invite
    .writer = Which AI writer; /agent list shows them
    .model = On which model; /models shows them with their prices
    .duel = The duel's number; otherwise the newest that is open
cmd-duel-status = How a duel stands, and your own part in it
    .word = status
    .duel = The duel's number; otherwise the newest
cmd-duel-list = The latest duels here
    .word = list
cmd-duel-results = How a duel ended: ranking, comments and quotations
    .word = results
    .duel = The duel's number; otherwise the newest that has ended
cmd-duel-close = Close a duel early: an admin at once, the host once every author agrees
    .word = close
    .duel = The duel's number; otherwise the newest that is open
cmd-duel-cancel = End a duel of yours without a verdict; what is still held is given back
    .word = cancel
    .duel = The duel's number; otherwise the newest that is under way

cmd-credits = Your credits: what you have, what is held, what it was spent on
    .word = credits
    .member = “pool”, or for admins a member; otherwise yourself
cmd-give = Give credits to a member or to the pool
    .word = give
    .amount = How many credits, such as 2.50
    .wallet = A member's name, or “pool”
    .source = For admins: “pool”, to give out of the pool
cmd-grant = Issue new credits, or take credits back
    .word = grant
    .amount = How many credits; below zero takes them back
    .wallet = A member's name, or “pool”
    .reason = Why, for the audit log

cmd-models = The models: prices, and which are on here and by whose word
    .word = models
cmd-model = Switch models on and off
    .word = model
cmd-model-enable = Let a model be used
    .word = enable
    .model = The model's name or id; /models shows them
    .everywhere = Yes, for every community; only the operator may
cmd-model-disable = Let a model not be used
    .word = disable
    .model = The model's name or id; /models shows them
    .everywhere = Yes, for every community; only the operator may
cmd-model-reset = Take back what was said of a model
    .word = reset
    .model = The model's name or id; /models shows them
    .everywhere = Yes, what was said for every community; only the operator may

cmd-agent = AI writers and judges
    .word = agent
cmd-agent-list = The AI writers and judges that you may use
    .word = list
    .kind = Only writers, or only judges
cmd-agent-show = An AI writer or judge in full, with its taste
    .word = show
    .agent = Its name; /agent list shows them

cmd-settings = How this community is set: verdicts, language, time zone; admins change it
    .word = settings
    .results = Where verdicts are told: in the channel, or in a thread of their own
    .language = The language of what is said to all
    .time_zone = The time zone of dates that are typed, such as Europe/Madrid

cmd-mentions = Whether the bot may mention you where it tells of your duels
    .word = mentions
    .mentions = on or off; without it you read how it is set

cmd-approve = Let a community in, and fill its pool for the first time
    .word = approve
    .amount = How many credits its pool begins with; otherwise the house's amount
    .community = Which community; otherwise this one

cmd-link = Join your accounts on two platforms, or this server or chat with another, by a code
    .word = link
    .code = The code from the other side; “undo”; or, for admins, “community”

cmd-help = What can be done here, or one command explained
    .word = help
    .command = The command to explain, such as duel new

param-agent = agent
param-amount = amount
param-command = command
param-community = community
param-code = code
param-duel = duel
param-earlier = earlier
param-ends = ends
param-entries_per_member = entries_per_member
param-everywhere = everywhere
param-file = file
param-kind = kind
param-language = language
param-max_entries = max_entries
param-max_words = max_words
param-member = member
param-mentions = mentions
param-model = model
param-pace = pace
param-panel = panel
param-private = private
param-prompt = prompt
param-reason = reason
param-results = results
param-source = source
param-text = text
param-theme = theme
param-time_zone = time_zone
param-title = title
param-wallet = wallet
param-writer = writer
