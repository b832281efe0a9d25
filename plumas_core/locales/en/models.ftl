# Models and agents: what there is, and switching models on and off.

models-title = Models
models-units = Prices are USD for a million tokens, in / out. One credit is 0.01 USD.
on = on
off = off
by-file = the catalog
by-operator = the operator
by-community = this community
by-retired = retired by its provider
by-no-price = no price in the catalog
by-no-key = no key for its provider
by-hidden = hidden, as real models are set up
model-enabled = { $name } is allowed.
model-disabled = { $name } is not allowed.
model-reset = What was said of { $name } is taken back.
model-now = In this community it is now { $state } ({ $by }).
model-unknown = There is no model “{ $name }”. /models shows them all.
model-retired = { $name } is retired, and no other takes its place. /models shows the ones that are on.
model-none = No model is on here now. /models shows why; an admin, or whoever runs the bot, can switch one on.
model-no-price = This needs { $model }, which has no price in the catalog now, so nothing was begun and nothing charged. Whoever runs the bot finds the cause under the reference { $reference }; until then, choose another model.
judge-no-price = A judge of this duel reads with { $model }, which has no price in the catalog now. Nothing was entered and nothing charged. Whoever runs the bot has to add the price, and finds the cause under the reference { $reference }; try again after that.
model-off-file = { $name } is not switched on. Choose another model; /models shows the ones that are on.
model-off-operator = { $name } was switched off by whoever runs the bot. Choose another model; /models shows the ones that are on.
model-off-community = { $name } was switched off in this community. Choose another model, or ask an admin; /models shows the ones that are on.
model-off-retired = { $name } was retired by its provider. Choose another model; /models shows the ones that are on.
model-off-no-price = { $name } cannot be used here: it has no price in the catalog now, which whoever runs the bot has to add. Choose another model; /models shows the ones that are on.
model-off-no-key = { $name } cannot be used here: there is no key for its provider. Choose another model; /models shows the ones that are on.
model-off-hidden = { $name } is only for rehearsals, and real models are set up here. Choose one of those; /models shows them.
model-swapped = { $old } cannot be used now; { $new } takes its place.

## Models that their provider knows no more

model-gone = { $name } ({ $model }) is not known to its provider any more, and is switched off everywhere. Duels that it was to judge go on with { $successor }. If that is a mistake, /model enable with everywhere switches it on again.
model-gone-alone = { $name } ({ $model }) is not known to its provider any more, and is switched off everywhere. The catalog names no successor: its seats go to the other models of their panels. If that is a mistake, /model enable with everywhere switches it on again.
model-retires = { $name } ({ $model }) is retired by its provider on { $day }; the catalog says { $known }. Correct retires_on in the catalog file, so that it is not called after that day.
model-retires-new = { $name } ({ $model }) is retired by its provider on { $day }; the catalog names no day. Write it into retires_on in the catalog file, with a successor, so that it is not called after that day.
duel-goes-single = In duel #{ NUMBER($number, useGrouping: 0) }, what the judges have not read yet is asked for one by one now, because it cannot be had as a batch, or not in time. That costs more, so more is held for it first.
guest-model-succeeded = { $old } is not to be had any more; { $new } writes the text of { $name }.
duel-model-succeeded = { $old } is not to be had any more. In duel #{ NUMBER($number, useGrouping: 0) }, { $new } reads in its place what it had not read yet.
models-one-key-openai = Models of OpenAI alone can be called here, so every judge sits on one of them. With a key of Anthropic too, two families of models would judge, and neither would rank its own kind alone.
models-one-key-anthropic = Models of Anthropic alone can be called here, so every judge sits on one of them. With a key of OpenAI too, two families of models would judge, and neither would rank its own kind alone.
operator-no-provider =
    { $readings ->
        [one] One reading of a text waits
       *[other] { NUMBER($readings) } readings of texts wait
    } for { $provider }, which cannot be called here: its key or address is not set. Set it and start the program again. What is not read in time is left out of its duel.
operator-no-price = Readings wait for { $model }, which has no price in the catalog for the way in which they are to be asked. Nothing is sent until there is one: add it to the catalog and start the program again. Their duels may end without them.
operator-unpriced = The answers of { $model } in a batch of { NUMBER($rows) } have come, but have no price: the catalog has none for them, or the model is not in it. Add it to the catalog and start the program again; until then they are not read, and their duels may end without them.

## AI writers and judges

agents-title = AI writers and judges
agent-unknown = There is no writer or judge “{ $name }” here that fits. /agent list shows them.
kind-writer = writer
kind-judge = judge
owner-house = the house
owner-member = a member
