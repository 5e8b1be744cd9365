import logging

logging.basicConfig(level=logging.INFO,
                    format="%(levelname)s:%(name)s:%(lineno)d:%(message)s")
log = logging.getLogger("app")
log.debug("not shown")
log.info("started %s", "now")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
