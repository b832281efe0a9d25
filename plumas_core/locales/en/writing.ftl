# Texts by AI writers: /write, and what became of it. Every `write-` and a reason ends a text
# that was asked for.

write-empty = No text came of it, and nothing was charged. Say in a few words what it should be, and ask again.
write-refused = The model declined to write this, and nothing was charged. Put the wish in other words, or choose another model with /models.
write-provider = The model's provider failed before a text came, and nothing was charged. Ask again in a while, or choose another model with /models.
write-unknown = The model's answer never arrived, and nothing was charged. What was held for it is free again; /write asks for a new one.
write-cut = Your text was cut off when the bot stopped, and nothing was charged. /write asks for it again.
write-busy = A text of yours is being written. Once it is there, you can ask for the next.
write-pause =
    { $seconds ->
        [one] Your last text came just now. You can ask for the next in a second.
       *[other] Your last text came just now. You can ask for the next in { $seconds } seconds.
    }
write-not-yours = Somebody else asked for this text, so it is theirs. /write gets you one of your own.
write-stopping = Stopping. What is written so far stays, and only that is paid.

## What a simulated text or verdict says of itself

simulated-text = Simulated: no real model writes here. A small program puts the text together, for rehearsal.
simulated-panel = Simulated: no real model reads these texts. The judges are a small program, for rehearsal.
simulated-results = Simulated: no real model read these texts. Scores and comments come from a small program that counts and compares, for rehearsal.
simulated-all = Simulated: no provider's key is set, so no real model writes or reads anything here. Everything else is real: try it all.
write-gone = That text is not kept any more. /write asks for a new one.
write-late = This text was ready when the bot stopped; here it is.
write-refused-often = The models declined { $most } wishes of yours today. Tomorrow you can ask again; /help write shows what works.
