# A verdict, and the reasons for it.

results-title = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: the verdict
results-line = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: the verdict is in, and told in this thread.
results-none = This duel has no verdict to show. { $reason }
results-winner = { $name } wins.
results-shared = First place is shared by { $names }.
results-remark = Place { $place }: { $text }
results-ties = “=” marks a shared place: the judges do not tell these texts apart surely enough (the chance that one is the better is below 80%).
results-missing =
    { $count ->
        [one] One reading is missing. It was left out, never guessed.
       *[other] { $count } readings are missing. They were left out, never guessed.
    }
results-unrated = This duel does not count for the ratings: it had few authors, or simulated judges.
reasons-title = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: why your text stands where it stands
reasons-first = Place { $place }: no text stands above it.
reasons-chance = Place { $place }. The chance that the text just above is really the better of the two: { $percent }%.
reasons-none = The reasons are for the authors of a judged duel, and no text of yours is in this one. The verdict itself has a comment on every text.
results-not-yet = Duel #{ NUMBER($number, useGrouping: 0) } has no verdict yet. /duel status shows how far it is.
reading-missing-refused = declined
reading-missing-late = too late
reading-missing-other = missing
reading-steering = { $name } had the impression that this text speaks to the judges instead of the readers.
results-unranked = { $text } is not ranked: the judges' models declined to read it.
results-left-out = { $text } was left out before the verdict: it looked like a copy of another member's text.
