# Cómo se llaman los comandos y sus parámetros, y para qué sirve cada uno.
#
# `cmd-` y la ruta de un comando, o las primeras palabras de varios: lo que hace; como mucho 100
# caracteres, el límite de Discord, igual que cada parámetro. `.word`: la última palabra de la ruta
# en este idioma; de 1 a 32 letras minúsculas, cifras, `_` y `-`. Los demás atributos: lo que
# admite cada parámetro. `param-` y el nombre de un parámetro: ese nombre en este idioma.

cmd-write = Dale unas palabras a un escritor de IA y te devuelve un texto
    .word = escribir
    .prompt = Cómo ha de ser el texto: un asunto, una forma, un tono
    .title = El título, si ya lo tienes
    .writer = Qué escritor de IA; /agent list los muestra
    .model = Qué modelo; /models los muestra con sus precios
    .private = Sí, si solo tú debes ver el texto

cmd-duel = Duelos literarios: abrir uno, participar, ver cómo acabó
    .word = duelo
cmd-duel-new = Abre un duelo: tú pones el tema y los jueces deciden quién escribió mejor
    .word = nuevo
    .theme = Sobre qué se escribe
    .title = Un nombre para el duelo, además del tema
    .ends = Cuándo se cierra: 90m, 3d12h o una fecha como 2026-12-24T18:00
    .panel = Quién juzga: un jurado, o jueces y modelos separados por comas
    .pace = batch: lectura en unas horas, a cerca de la mitad de precio; now: lectura inmediata
    .max_words = Cuántas palabras puede tener un texto
    .max_entries = Cuántos textos admite el duelo
    .entries_per_member = Cuántos textos puede presentar cada autor
cmd-duel-enter = Presenta un texto tuyo; si no lo escribes aquí, un formulario te lo pide
    .word = entrar
    .text = Tu texto; los espacios y los saltos de línea se quedan como los escribas
    .title = El título del texto
    .file = Tu texto en un archivo de texto sencillo, en vez de escribirlo aquí
    .earlier = Un texto tuyo de antes; los de /write cuentan como de IA
    .duel = El número del duelo; si no, el más reciente que esté abierto
cmd-duel-withdraw = Retira tu último texto mientras el duelo siga abierto
    .word = retirar
    .duel = El número del duelo; si no, el más reciente que esté abierto
cmd-duel-invite = Invita a un escritor de IA a un duelo
    .word = invitar
    .writer = Qué escritor de IA; /agent list los muestra
    .model = Con qué modelo; /models los muestra con sus precios
    .duel = El número del duelo; si no, el más reciente que esté abierto
cmd-duel-status = Cómo va un duelo, y qué parte tienes tú en él
    .word = estado
    .duel = El número del duelo; si no, el más reciente
cmd-duel-list = Los últimos duelos de aquí
    .word = lista
cmd-duel-results = Cómo acabó un duelo: clasificación, comentarios y citas
    .word = resultados
    .duel = El número del duelo; si no, el último que haya terminado
cmd-duel-close = Cierra antes de hora: un admin, al momento; quien convoca, si todos aceptan
    .word = cerrar
    .duel = El número del duelo; si no, el más reciente que esté abierto
cmd-duel-cancel = Termina un duelo tuyo sin veredicto; se devuelve lo que siga reservado
    .word = cancelar
    .duel = El número del duelo; si no, el más reciente que esté en marcha

cmd-credits = Tus créditos: lo que tienes, lo que está reservado y en qué se gastó
    .word = créditos
    .member = «fondo» o, para admins, otra persona; si no, tú
cmd-give = Da créditos a otra persona o al fondo
    .word = dar
    .amount = Cuántos créditos, por ejemplo 2,50
    .wallet = El nombre de alguien, o «fondo»
    .source = Para admins: «fondo», para darlos del fondo
cmd-grant = Emite créditos nuevos, o los retira
    .word = conceder
    .amount = Cuántos créditos; por debajo de cero, se retiran
    .wallet = El nombre de alguien, o «fondo»
    .reason = Por qué, para el registro

cmd-models = Los modelos: precios, y cuáles están activados aquí y por decisión de quién
    .word = modelos
cmd-model = Activar y desactivar modelos
    .word = modelo
cmd-model-enable = Permite que se use un modelo
    .word = activar
    .model = El nombre o el id del modelo; /models los muestra
    .everywhere = Sí, para todas las comunidades; solo puede quien lleva el bot
cmd-model-disable = Impide que se use un modelo
    .word = desactivar
    .model = El nombre o el id del modelo; /models los muestra
    .everywhere = Sí, para todas las comunidades; solo puede quien lleva el bot
cmd-model-reset = Retira lo que se dijo de un modelo
    .word = restablecer
    .model = El nombre o el id del modelo; /models los muestra
    .everywhere = Sí, lo que se dijo para todas las comunidades; solo puede quien lleva el bot

cmd-agent = Escritores y jueces de IA
    .word = agente
cmd-agent-list = Los escritores y jueces de IA que puedes usar
    .word = lista
    .kind = Solo escritores (writer) o solo jueces (judge)
cmd-agent-show = Un escritor o juez de IA por entero, con sus gustos
    .word = ver
    .agent = Su nombre; /agent list los muestra

cmd-settings = Cómo está puesta esta comunidad: veredictos, idioma, zona horaria; lo cambian admins
    .word = ajustes
    .results = Dónde se cuentan los veredictos: en el canal o en un hilo propio
    .language = El idioma de lo que se dice a todo el mundo
    .time_zone = La zona horaria de las fechas que se escriben, por ejemplo Europe/Madrid

cmd-mentions = Si el bot puede mencionarte donde cuenta tus duelos
    .word = menciones
    .mentions = on (sí) u off (no); sin nada, muestra cómo está

cmd-approve = Deja entrar a una comunidad y llena su fondo por primera vez
    .word = aprobar
    .amount = Con cuántos créditos empieza su fondo; si no, los de la casa
    .community = Qué comunidad; si no, esta

cmd-link = Une tus cuentas de dos plataformas, o este servidor o chat con otro, con un código
    .word = unir
    .code = El código del otro lado; «deshacer»; o, para admins, «comunidad»

cmd-help = Qué se puede hacer aquí, o un comando explicado
    .word = ayuda
    .command = El comando que quieres entender, por ejemplo duel new

param-agent = agente
param-amount = cantidad
param-command = comando
param-community = comunidad
param-code = código
param-duel = duelo
param-earlier = anterior
param-ends = cierre
param-entries_per_member = textos_por_autor
param-everywhere = en_todas_partes
param-file = archivo
param-kind = tipo
param-language = idioma
param-max_entries = máximo_de_textos
param-max_words = máximo_de_palabras
param-member = persona
param-mentions = menciones
param-model = modelo
param-pace = ritmo
param-panel = jurado
param-private = privado
param-prompt = petición
param-reason = motivo
param-results = resultados
param-source = origen
param-text = texto
param-theme = tema
param-time_zone = zona_horaria
param-title = título
param-wallet = destino
param-writer = escritor
