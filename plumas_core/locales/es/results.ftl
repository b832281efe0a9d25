# Un veredicto y sus razones.

results-title = Duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: el veredicto
results-line = Duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: ya hay veredicto, y se cuenta en este hilo.
results-none = Este duelo no tiene veredicto que mostrar. { $reason }
results-winner = Gana { $name }.
results-shared = Comparten el primer puesto { $names }.
results-remark = Puesto { $place }: { $text }
results-ties = «=» señala un puesto compartido: los jueces no distinguen estos textos con bastante seguridad (la probabilidad de que uno sea mejor no llega al 80 %).
results-missing =
    { $count ->
        [one] Falta una lectura. Se dejó fuera; nunca se adivina.
       *[other] Faltan { $count } lecturas. Se dejaron fuera; nunca se adivinan.
    }
results-unrated = Este duelo no cuenta para la tabla de la temporada: hubo pocos autores, o los jueces eran simulados.
reasons-title = Duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: por qué tu texto está donde está
reasons-first = Puesto { $place }: ningún texto queda por encima.
reasons-chance = Puesto { $place }. Probabilidad de que el texto de justo encima sea de verdad el mejor de los dos: { $percent } %.
reasons-none = Las razones son para los autores de un duelo juzgado, y en este no hay ningún texto tuyo. El propio veredicto comenta cada texto.
results-not-yet = El duelo #{ NUMBER($number, useGrouping: 0) } aún no tiene veredicto. Con /duel status ves por dónde va.
reading-missing-refused = declinada
reading-missing-late = tardía
reading-missing-other = falta
reading-steering = { $name } tuvo la impresión de que este texto habla a los jueces y no a quien lee.
results-unranked = { $text } queda sin puesto: los modelos de los jueces no quisieron leerlo.
results-left-out = { $text } quedó fuera antes del veredicto: parecía copia de un texto de otra persona.
