# What only the console says.

console-only-you = only { $name } sees this
console-form-help = Answer with a line "= name: value" for each; a line "=" sends it.
console-paragraph = Several lines. Ctrl-D sends, Ctrl-C gives up.
console-saved = { $name } is saved as { $path }
console-not-saved = { $name } could not be saved: { $reason }
console-no-form = There is no form to answer here. "= name: value" answers the form that was shown last.
console-no-question = The form does not ask for "{ $name }". It asks for: { $names }
console-not-a-command = A line is a command, as /help, or a button, as 1. What should it be?
console-unknown = There is no command { $command }. /help shows all.
console-unknown-near = There is no command { $command } in full. Did you mean { $near }?
console-no-button = There is no button { $button } here. Type the number or the name of one that you were shown.
console-no-file = The file { $path } cannot be read.
console-greeting = Welcome to { $community }. You speak as { $name }; begin a line with "m2>" to speak as m2.
console-try = Three things to try:
console-try-help = /help
console-try-help-why = what there is
console-try-write = /write a lighthouse that is afraid of the dark
console-try-write-why = an AI writer's text
console-try-duel = /duel new "The lighthouse that went out" ends:10m
console-try-duel-why = a duel; then press its buttons by typing their numbers
console-leave = Ctrl-D leaves. What is open goes on when you come back.

demo-title = A duel, from its first line to its last credit
demo-simulated = Everything here is simulated: writers and judges answer from plain statistics, without a network, and the credits are play money. Time runs { $scale } times faster than the clock.
demo-judging = The panel reads, in batches
demo-paid = What was paid
demo-ledger = The ledger
demo-estimate = Judging was estimated at about { $about } credits and cost { $cost }.
demo-next = Now you: plumas chat
demo-column-model = Model
demo-column-state = Batch
demo-column-rows = Answers
demo-column-polls = Polls
demo-clock = { $elapsed } of program time
demo-read = Readings
demo-batch = { $model }: { $state }, { $finished } of { $rows } answers
demo-state-intent = written down
demo-state-uploading = uploading
demo-state-submitting = being sent
demo-state-submitted = under way
demo-state-collecting = being collected
demo-state-settled = settled
demo-state-unknown = no word from it
demo-state-failed = failed
demo-state-expired = expired
demo-proof = Proved: { $accounts } accounts, { $holds } holds, { $transfers } transfers and { $calls } AI calls add up to the last picodollar.
demo-no-proof = { $accounts } accounts, { $holds } holds, { $transfers } transfers and { $calls } AI calls do not add up:
