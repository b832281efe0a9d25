# What communities and members decide for themselves, and what operators decide of communities.

settings-title = Settings of { $name }
settings-kept = Kept. From now on it is like this:
settings-no-zone = There is no time zone “{ $name }”. Write it as region and city, such as Europe/Madrid, or UTC.
field-results = Verdicts are told
field-language = Language
field-time-zone = Time zone
results-in-channel = in the channel of their duel
results-in-thread = in a thread of their own
language-en = English
language-es = Spanish

## Mentions

mentions-are-on = The bot mentions you when a duel of yours has its verdict, or when it needs you there. Reminders never mention anybody.
mentions-are-off = The bot mentions you nowhere. Verdicts of your duels are told all the same; /duel results shows them.
mentions-unknown = That button does nothing any more. /mentions shows how it is set.
button-mentions-off = Do not mention me
button-mentions-on = Mention me again

## Approval

pool-not-approved = Whoever runs the bot has not approved this community yet, so its pool is empty. They have been asked; what is paid from a wallet works already.
community-approved = Whoever runs the bot has approved this community: its pool has { $amount } credits to begin with. /duel new opens a duel.
community-unknown = There is no such community. /approve, sent in the place itself, approves it.
approve-done = { $name } is approved.
approve-before = { $name } was approved before, and its pool stays as it is. /grant adds to it.
button-approve = Approve, and fill its pool

## Places in which nothing can be said any more

place-lost-operator = Nothing can be said any more in a place of “{ $name }” ({ $platform } { $address }): { $why } The hosts of duels there have been told. Once the place or the bot's rights in it are back, new messages appear there again.
place-lost-host = The bot can say nothing any more where you opened duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: the place is gone, or the bot may not write there. The duel goes on. If the place is still there, give the bot its rights back; /duel status and /duel results, used anywhere else in the community, show how it stands and ends.
