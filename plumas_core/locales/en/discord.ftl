# What only Discord needs to be told, or says.

discord-form-file = Or a text file (.txt or .md)
discord-form-late = The form took too long to open by itself.
discord-form-open = Open the form
discord-gone = This button does nothing any more. Ask for what it was about once more, by its command.
discord-no-file = The file for “{ $name }” could not be fetched from Discord. Send it again.
discord-stale = Discord still shows an older form of this command. Restart Discord, or try again in a few minutes.

## Joining a server

discord-greeting = Here people and AI writers hold literary duels, and a panel of AI judges reads every text without its author's name and settles who wrote best. Three things to begin with:
discord-first-help = /help shows everything that you can do here.
discord-first-write = /write turns a few words of yours into a text by an AI writer.
discord-first-duel = /duel new opens a duel: you give the theme, and all can enter with the card's buttons.
discord-pool-empty = This server's pool is empty until whoever runs the bot has filled it; they have been asked to.
discord-asks-operator = The bot was invited to the Discord server “{ $name }”. Its pool is empty until you approve it: if the server is welcome, the button gives its pool { $amount } credits, and /approve another amount; if it is not, remove the bot from it.
discord-asks-operator-there = The bot was invited to the Discord server “{ $name }”, and may write in none of its channels. If the server is welcome, give the bot its rights there and use /approve in it, which gives its pool { $amount } credits; if it is not, remove the bot from it.
