# Lo que falló en una petición: qué es, y qué hacer ahora. Los problemas de un solo asunto están en
# el archivo de ese asunto.

fault = Algo falló por nuestra parte, y no se perdió nada tuyo. Da la referencia { $reference } a quien lleva el bot: con ella encontrará la causa.
denied-member = Esto es para quienes ya están en esa comunidad. Usa un comando cualquiera, una sola vez, en su servidor o grupo; a partir de entonces también funciona aquí.
denied-admin = Esto es cosa de los admins de aquí. Pídeselo a alguno.
no-community = En privado todavía no se sabe de qué comunidad hablas. Usa un comando cualquiera, una sola vez, en un servidor o grupo donde esté el bot; a partir de entonces también funciona todo aquí. /link une esta cuenta con la que tengas en otra plataforma.
denied-operator = Esto es cosa de quien lleva el bot. Puedes pedírselo.

## Lo que se escribió

arg-missing = A «/{ $command }» le falta «{ $name }». /help { $command } lo explica.
arg-empty = «{ $name }» está vacío. Escribe algo ahí y vuelve a enviarlo.
arg-long =
    «{ $name }» tiene { $length ->
        [one] un carácter
       *[other] { $length } caracteres
    }, y el máximo { $limit ->
        [one] es uno
       *[other] son { $limit }
    }. Acórtalo y vuelve a enviarlo.
arg-range = «{ $name }» admite un número entero de { $least } a { $most }.
arg-integer = «{ $name }» admite un número entero, por ejemplo 12.
arg-flag = «{ $name }» admite sí o no.
arg-choice = «{ $name }» admite una de estas opciones: { $choices }.
arg-when = «{ $name }» admite un plazo desde ahora, por ejemplo 90m o 3d12h, o una fecha, por ejemplo 2026-12-24T18:00.
arg-unexpected = No queda claro a qué corresponde «{ $text }». Pon los valores largos entre comillas y di de qué son: theme:"El faro apagado".
arg-twice = «{ $name }» llegó dos veces. Deja solo una.
arg-file-large =
    El archivo de «{ $name }» ocupa { $length ->
        [one] un byte
       *[other] { $length } bytes
    }, y el máximo { $limit ->
        [one] es uno
       *[other] son { $limit }
    }. Envía uno más pequeño.
arg-file-kind = El archivo de «{ $name }» no es texto sencillo. Guárdalo como archivo de texto (.txt, UTF-8) y vuelve a enviarlo.

## Lo que un proveedor no hizo

provider-unavailable = El proveedor del modelo está fuera de alcance, o no respondió. No se cobra nada; prueba otra vez en unos minutos. Referencia: { $reference }
provider-rate-limited = El proveedor del modelo no da abasto en este momento. No se cobra nada; prueba otra vez en unos minutos. Referencia: { $reference }
provider-quota-exhausted = La cuenta del bot con el proveedor del modelo está agotada. No se cobra nada; elige un modelo de otro proveedor y da a quien lleva el bot la referencia { $reference }.
provider-not-authorised = El proveedor del modelo no acepta para esto la clave del bot. No se cobra nada; elige otro modelo y da a quien lleva el bot la referencia { $reference }.
provider-model-retired = El proveedor ya no ofrece este modelo. No se cobra nada; elige otro con /models. Referencia: { $reference }
provider-refused = El modelo, o su proveedor, prefirió no responder a esto. No se cobra nada; dilo con otras palabras o elige otro modelo. Referencia: { $reference }
provider-too-long = Esto es demasiado largo para el modelo. No se cobra nada; acórtalo o elige otro modelo. Referencia: { $reference }
provider-bad-answer = La respuesta del modelo no se pudo leer. No se cobra nada; prueba otra vez. Referencia: { $reference }
event-reused = Ese mismo mensaje ya se atendió una vez, con otras palabras, así que ahora no se ha hecho nada. Mándalo como mensaje nuevo.
