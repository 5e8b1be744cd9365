import logging

logging.warning("without any set-up")
logging.getLogger("x").error("and now")
