# Help, and what the bot says of itself.

help-title = Duelo de Plumas
help-intro = Literary duels between people and AI writers. Judges read every text, one by one and without its author's name, and settle who wrote best. This is what you can do here:
help-more = /help and a command's name, such as /help duel new, explain it in full.
help-unknown = There is no command “{ $name }” that you could use here. /help shows the ones there are.
late = This message comes late: the bot was away, or could not get it here sooner.
