import logging.config

logging.config.dictConfig({
    "version": 1,
    "formatters": {"f": {"format": "[%(levelname)s] %(message)s"}},
    "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f",
                       "stream": "ext://sys.stdout"}},
    "root": {"level": "INFO", "handlers": ["h"]},
})
logging.info("hello")
logging.error("%s and %d", "text", "not a number")
