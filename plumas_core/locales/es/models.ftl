# Modelos y agentes: lo que hay, y activar y desactivar modelos.

models-title = Modelos
models-units = Los precios son en USD por millón de tokens, entrada / salida. Un crédito son 0,01 USD.
on = activado
off = desactivado
by-file = el catálogo
by-operator = quien lleva el bot
by-community = esta comunidad
by-retired = retirado por su proveedor
by-no-price = sin precio en el catálogo
by-no-key = sin clave de su proveedor
by-hidden = oculto, porque hay modelos de verdad
model-enabled = { $name } queda permitido.
model-disabled = { $name } deja de estar permitido.
model-reset = Se retira lo que se dijo de { $name }.
model-now = Ahora, en esta comunidad, está { $state } ({ $by }).
model-unknown = No hay ningún modelo «{ $name }». /models los muestra todos.
model-retired = { $name } está retirado y ningún otro ocupa su lugar. /models muestra los que están activados.
model-none = Ahora no hay aquí ningún modelo activado. /models muestra por qué; un admin, o quien lleva el bot, puede activar uno.
model-no-price = Esto necesita { $model }, que ahora no tiene precio en el catálogo, así que no se empieza ni se cobra nada. Quien lleva el bot encontrará la causa con la referencia { $reference }; hasta entonces, elige otro modelo.
judge-no-price = Un juez de este duelo lee con { $model }, que ahora no tiene precio en el catálogo. No ha entrado nada ni se cobra nada. Quien lleva el bot tiene que añadir el precio, y encontrará la causa con la referencia { $reference }; después, inténtalo de nuevo.
model-off-file = { $name } no está activado. Elige otro modelo; /models muestra los que sí.
model-off-operator = Quien lleva el bot desactivó { $name }. Elige otro modelo; /models muestra los que sí están activados.
model-off-community = { $name } está desactivado en esta comunidad. Elige otro modelo, o habla con un admin; /models muestra los que sí están activados.
model-off-retired = Su proveedor retiró { $name }. Elige otro modelo; /models muestra los que están activados.
model-off-no-price = { $name } no se puede usar aquí: ahora no tiene precio en el catálogo y tiene que añadirlo quien lleva el bot. Elige otro modelo; /models muestra los que están activados.
model-off-no-key = { $name } no se puede usar aquí: falta la clave de su proveedor. Elige otro modelo; /models muestra los que están activados.
model-off-hidden = { $name } es solo para ensayos, y aquí hay modelos de verdad. Elige uno de ellos; /models los muestra.
model-swapped = { $old } no se puede usar ahora; { $new } ocupa su lugar.

## Modelos que su proveedor ya no conoce

model-gone = Su proveedor ya no conoce { $name } ({ $model }), y queda desactivado en todas partes. Los duelos que iba a juzgar siguen con { $successor }. Si es un error, /model enable con everywhere vuelve a activarlo.
model-gone-alone = Su proveedor ya no conoce { $name } ({ $model }), y queda desactivado en todas partes. El catálogo no nombra ningún sucesor: sus asientos pasan a los demás modelos de cada jurado. Si es un error, /model enable con everywhere vuelve a activarlo.
model-retires = Su proveedor retira { $name } ({ $model }) el { $day }; el catálogo dice { $known }. Corrige retires_on en el archivo del catálogo, para que no se le llame después de ese día.
model-retires-new = Su proveedor retira { $name } ({ $model }) el { $day }; el catálogo no nombra ningún día. Escríbelo en retires_on en el archivo del catálogo, con un sucesor, para que no se le llame después de ese día.
duel-goes-single = En el duelo #{ NUMBER($number, useGrouping: 0) }, lo que los jueces aún no han leído se pide ahora texto a texto, porque en lote no se puede, o no llegaría a tiempo. Cuesta más, así que antes se reserva más.
guest-model-succeeded = { $old } ya no está disponible; el texto de { $name } lo escribe { $new }.
duel-model-succeeded = { $old } ya no está disponible. En el duelo #{ NUMBER($number, useGrouping: 0) }, { $new } lee en su lugar lo que faltaba por leer.
models-one-key-openai = Aquí solo se puede llamar a modelos de OpenAI, así que todos los jueces se sientan en uno de ellos. Con una clave de Anthropic además, juzgarían dos familias de modelos, y ninguna estaría sola ante las de su clase.
models-one-key-anthropic = Aquí solo se puede llamar a modelos de Anthropic, así que todos los jueces se sientan en uno de ellos. Con una clave de OpenAI además, juzgarían dos familias de modelos, y ninguna estaría sola ante las de su clase.
operator-no-provider =
    { $readings ->
        [one] Una lectura de un texto espera
       *[other] { NUMBER($readings) } lecturas de textos esperan
    } a { $provider }, al que no se puede llamar desde aquí: falta su clave o su dirección. Ponla y vuelve a arrancar el programa. Lo que no se lea a tiempo queda fuera de su duelo.
operator-no-price = Hay lecturas que esperan a { $model }, que no tiene precio en el catálogo para el modo en que se van a pedir. No se envía nada hasta que lo tenga: añádelo al catálogo y vuelve a arrancar el programa. Sus duelos pueden acabar sin ellas.
operator-unpriced = Han llegado las respuestas de { $model } en un lote de { NUMBER($rows) }, pero no tienen precio: el catálogo no lo da, o el modelo no figura en él. Añádelo al catálogo y vuelve a arrancar el programa; hasta entonces no se leen, y sus duelos pueden acabar sin ellas.

## Escritores y jueces de IA

agents-title = Escritores y jueces de IA
agent-unknown = Aquí no hay ningún escritor o juez «{ $name }» que sirva. /agent list los muestra.
kind-writer = escritor
kind-judge = juez
owner-house = la casa
owner-member = un miembro
