# Lo que solo dice la consola.

console-only-you = solo lo ve { $name }
console-form-help = Responde con una línea «= nombre: valor» para cada pregunta; una línea «=» lo envía.
console-paragraph = Varias líneas. Ctrl-D envía, Ctrl-C abandona.
console-saved = { $name } está guardado en { $path }
console-not-saved = { $name } no se pudo guardar: { $reason }
console-no-form = No hay ningún formulario que responder. «= nombre: valor» responde al último que se mostró.
console-no-question = El formulario no pregunta por «{ $name }». Pregunta por: { $names }
console-not-a-command = Una línea es un comando, como /help, o un botón, como 1. ¿Qué querías hacer?
console-unknown = No existe el comando { $command }. /help los muestra todos.
console-unknown-near = No existe el comando { $command } tal cual. ¿Querías decir { $near }?
console-no-button = Aquí no hay ningún botón { $button }. Escribe el número o el nombre de uno que se te haya mostrado.
console-no-file = No se puede leer el archivo { $path }.
console-greeting = Te damos la bienvenida a { $community }. Hablas como { $name }; empieza una línea por «m2>» para hablar como m2.
console-try = Tres cosas para probar:
console-try-help = /help
console-try-help-why = lo que hay
console-try-write = /write un faro que teme a la oscuridad
console-try-write-why = un texto de un escritor de IA
console-try-duel = /duel new "El faro apagado" ends:10m
console-try-duel-why = un duelo; después pulsa sus botones escribiendo su número
console-leave = Ctrl-D sale. Lo que esté abierto sigue cuando vuelvas.

demo-title = Un duelo, del primer verso al último crédito
demo-simulated = Aquí todo es simulado: escritores y jueces contestan con simple estadística, sin red, y los créditos son de juguete. El tiempo corre { $scale } veces más deprisa que el reloj.
demo-judging = El jurado lee, por lotes
demo-paid = Lo que se ha pagado
demo-ledger = El libro de cuentas
demo-estimate = Se estimó que juzgar costaría unos { $about } créditos y ha costado { $cost }.
demo-next = Ahora tú: plumas chat
demo-column-model = Modelo
demo-column-state = Lote
demo-column-rows = Respuestas
demo-column-polls = Consultas
demo-clock = { $elapsed } de tiempo del programa
demo-read = Lecturas
demo-batch = { $model }: { $state }, { $finished } de { $rows } respuestas
demo-state-intent = anotado
demo-state-uploading = subiendo
demo-state-submitting = enviándose
demo-state-submitted = en marcha
demo-state-collecting = recogiéndose
demo-state-settled = saldado
demo-state-unknown = sin noticias
demo-state-failed = fallido
demo-state-expired = caducado
demo-proof = Demostrado: { $accounts } cuentas, { $holds } reservas, { $transfers } movimientos y { $calls } llamadas a la IA cuadran hasta el último picodólar.
demo-no-proof = { $accounts } cuentas, { $holds } reservas, { $transfers } movimientos y { $calls } llamadas a la IA no cuadran:
