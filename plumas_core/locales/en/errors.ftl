# What went wrong with a request: what it is, and what to do next. Problems of one subject stand
# in that subject's file.

fault = Something went wrong on our side, and nothing of yours was lost. Give the reference { $reference } to whoever runs the bot, who finds the cause under it.
denied-member = This is for the members of that community. Use any command once in its server or group; from then on this works here too.
denied-admin = This is for the admins here. Ask one of them to do it.
no-community = In private it is not clear yet which community you mean. Use any command once in a server or group that the bot is in; from then on everything works here too. /link joins this account with one that you have on another platform.
denied-operator = This is for whoever runs the bot. Ask them to do it.

## What was typed

arg-missing = “/{ $command }” also needs “{ $name }”. /help { $command } explains it.
arg-empty = “{ $name }” is empty. Write something there, and send it again.
arg-long =
    “{ $name }” has { $length ->
        [one] one character
       *[other] { $length } characters
    }, and { $limit ->
        [one] one is
       *[other] { $limit } are
    } the most. Shorten it and send it again.
arg-range = “{ $name }” takes a whole number from { $least } to { $most }.
arg-integer = “{ $name }” takes a whole number, such as 12.
arg-flag = “{ $name }” takes yes or no.
arg-choice = “{ $name }” takes one of these: { $choices }.
arg-when = “{ $name }” takes a time from now, such as 90m or 3d12h, or a date, such as 2026-12-24T18:00.
arg-unexpected = It is not clear what “{ $text }” belongs to. Put longer values in quotation marks, and name them: theme:"The lighthouse".
arg-twice = “{ $name }” was given twice. Leave one of them out.
arg-file-large =
    The file for “{ $name }” has { $length ->
        [one] one byte
       *[other] { $length } bytes
    }, and { $limit ->
        [one] one is
       *[other] { $limit } are
    } the most. Send a smaller one.
arg-file-kind = The file for “{ $name }” is no plain text. Save it as a text file (.txt, UTF-8) and send it again.

## What a provider did not do

provider-unavailable = The model's provider cannot be reached, or did not answer. Nothing was charged; try again in a few minutes. Reference: { $reference }
provider-rate-limited = The model's provider has too much to do just now. Nothing was charged; try again in a few minutes. Reference: { $reference }
provider-quota-exhausted = The bot's account with the model's provider is used up. Nothing was charged; choose a model of another provider, and give whoever runs the bot the reference { $reference }.
provider-not-authorised = The model's provider does not accept the bot's key for this. Nothing was charged; choose another model, and give whoever runs the bot the reference { $reference }.
provider-model-retired = The provider does not offer this model any more. Nothing was charged; choose another with /models. Reference: { $reference }
provider-refused = The model, or its provider, declined this. Nothing was charged; put it in other words, or choose another model. Reference: { $reference }
provider-too-long = This is too long for the model. Nothing was charged; make it shorter, or choose another model. Reference: { $reference }
provider-bad-answer = The model's answer could not be read. Nothing was charged; try again. Reference: { $reference }
event-reused = The same message was carried out once already, with other words, so nothing was done now. Send this as a new message.
