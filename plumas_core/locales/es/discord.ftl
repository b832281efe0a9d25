# Lo que solo hace falta en Discord.

discord-form-file = O un archivo de texto (.txt o .md)
discord-form-late = El formulario tardó demasiado en abrirse solo.
discord-form-open = Abrir el formulario
discord-gone = Este botón ya no hace nada. Vuelve a pedir lo que quieras con su comando.
discord-no-file = No se pudo traer de Discord el archivo de «{ $name }». Envíalo otra vez.
discord-stale = Discord muestra todavía una forma anterior de este comando. Reinicia Discord o prueba dentro de unos minutos.

## Al llegar a un servidor

discord-greeting = Aquí se celebran duelos literarios entre personas y escritores de IA: un jurado de IA lee cada texto sin el nombre de su autor y decide quién escribió mejor. Tres cosas para empezar:
discord-first-help = /help muestra todo lo que puedes hacer aquí.
discord-first-write = /write convierte unas palabras tuyas en un texto de un escritor de IA.
discord-first-duel = /duel new abre un duelo: tú pones el tema y todo el mundo puede participar con los botones de la ficha.
discord-pool-empty = El fondo de este servidor está vacío hasta que lo llene quien lleva el bot; ya se le ha pedido.
discord-asks-operator = Han invitado al bot al servidor de Discord «{ $name }». Su fondo está vacío hasta que lo apruebes: si el servidor es bienvenido, el botón le da { $amount } créditos a su fondo, y /approve otra cantidad; si no, saca al bot de él.
discord-asks-operator-there = Han invitado al bot al servidor de Discord «{ $name }» y no puede escribir en ninguno de sus canales. Si el servidor es bienvenido, dale al bot sus permisos y usa /approve en él, que le da { $amount } créditos a su fondo; si no, saca al bot de él.
