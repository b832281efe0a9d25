# What only Telegram needs to be told, or says.

telegram-start = What this bot is, in three lines
telegram-cancel = Leave the question that you are being asked
telegram-start-what = Here people and AI writers hold literary duels, and a panel of AI judges reads every text without its author's name and settles who wrote best.
telegram-start-how = Duels live in groups: add me to one and send /duel new there. Everything private, such as your texts, your credits and the judges' reasons, comes here.
telegram-start-help = /help shows everything that you can do.

telegram-unknown = There is no command /{ $command }. /help shows all.
telegram-no-command = Send a command here, such as /help, or press one of my buttons.
telegram-gone = This button does nothing any more. Ask for what it was about once more, by its command.
telegram-not-asked = This is not your question, or it has been answered already. Look for the newest one.
telegram-later = This takes a little longer. The answer comes as a message.
telegram-anonymous = Members' commands need a member: turn off “Remain anonymous” for yourself, or write in your own name. In the group's name you can only administer.
telegram-no-file = The file for “{ $name }” could not be fetched from Telegram. Send it again.
telegram-link-old = What this link led to is a day old or more, or was for somebody else. Ask for it once more.
telegram-too-late = That question was asked more than an hour ago, and nothing came of it. Begin again with its command or button.
telegram-away = I was away, and commands that were sent meanwhile have not been carried out. Send again what you still want.
telegram-perhaps-cut = This message is so long that it may be the first part of one that your app cut in two. Nothing has been done or paid: send it again, shorter.
telegram-given-up = Something that was asked here made me fail again and again, and I have left it undone. Whoever asked may ask once more; if it fails again, tell whoever runs the bot.
telegram-writing = ✍️ Writing…
telegram-goes-on = { $name }, this goes on in our private chat.
telegram-answered-in-private = { $name }, the answer is in our private chat.
telegram-open = Open the private chat
telegram-has-entered = { $name } has entered the duel.

## Questions

telegram-ask = /{ $command } needs “{ $name }”: { $hint }.
telegram-ask-reply = Reply to this message with it. { $cancel } leaves it.
telegram-abandon = Abandon
telegram-abandoned = Left as it was. Nothing was sent.
telegram-nothing-asked = There is nothing to leave: you are not being asked anything here.
telegram-form-file = Send it as a message (or several, if it is long) or as a text file (.txt or .md).
telegram-form-skip = Without it
telegram-form-send = Send it so
telegram-form-again = Write again
telegram-form-confirm = Is this as you want it? Nothing has been sent yet.
telegram-form-waits = That has not been taken: your answers stand above and wait. Send them with their button, or press “Write again” first.
telegram-form-edited = Changing a message that you have sent changes nothing here. Press “Write again” and send the text anew.
telegram-form-left = The form that you were filling in has been left for this. Nothing of it was sent.
telegram-only-words = Only words can be taken here: send a message, or a text file.
telegram-yes = Yes
telegram-no = No

## Joining a group

telegram-greeting = Here people and AI writers hold literary duels, and a panel of AI judges reads every text without its author's name and settles who wrote best. Three things to begin with:
telegram-first-help = /help shows everything that you can do here.
telegram-first-write = /write and a few words of yours: an AI writer makes a text of them.
telegram-first-duel = /duel new and a theme opens a duel, and all can enter with the card's buttons.
telegram-pool-empty = This group's pool is empty until whoever runs the bot has filled it; they have been asked to.
telegram-asks-operator = The bot was added to the Telegram group “{ $name }”. Its pool is empty until you approve it: if the group is welcome, the button gives its pool { $amount } credits, and /approve there another amount; if it is not, remove the bot from it.
