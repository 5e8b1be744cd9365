import logging

logger = logging.getLogger("file")
logger.setLevel(logging.DEBUG)
handler = logging.FileHandler("app.log", encoding="utf-8")
handler.setFormatter(logging.Formatter("%(levelname)-8s %(message)s"))
logger.addHandler(handler)
logger.debug("one")
logger.critical("two ñ")
