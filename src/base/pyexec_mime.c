
#include <string.h>
#include <strings.h>

#include "base/pyexec_mime.h"


static const struct {
    const char            *suffix;
    const char            *type;
} pyexec_mime_types[] = {
    { "png", "image/png" },
    { "csv", "text/csv" },
    { "json", "application/json" },
    { "txt", "text/plain" },
    { "svg", "image/svg+xml" },
    { "pdf", "application/pdf" },
    { "html", "text/html" },
    { "htm", "text/html" },
    { "jpg", "image/jpeg" },
    { "jpeg", "image/jpeg" },
    { "gif", "image/gif" },
    { "webp", "image/webp" },
    { "bmp", "image/bmp" },
    { "tif", "image/tiff" },
    { "tiff", "image/tiff" },
    { "eps", "application/postscript" },
    { "ps", "application/postscript" },
    { "md", "text/markdown" },
    { "log", "text/plain" },
    { "py", "text/x-python" },
    { "tsv", "text/tab-separated-values" },
    { "xml", "text/xml" },
    { "yaml", "application/yaml" },
    { "yml", "application/yaml" },
    { "css", "text/css" },
    { "js", "text/javascript" },
    { "tex", "application/x-tex" },
    { "xls", "application/vnd.ms-excel" },
    { "xlsx",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    { "docx",
      "application/vnd.openxmlformats-officedocument.wordprocessingml"
      ".document" },
    { "parquet", "application/vnd.apache.parquet" },
    { "db", "application/vnd.sqlite3" },
    { "sqlite", "application/vnd.sqlite3" },
    { "zip", "application/zip" },
    { "gz", "application/gzip" },
    { "tar", "application/x-tar" },
    { "wav", "audio/x-wav" },
    { "mp3", "audio/mpeg" },
    { "mp4", "video/mp4" },
    { "ttf", "font/ttf" },
    { "bin", "application/octet-stream" },
    { NULL, NULL }
};


const char *
pyexec_mime_type(const char *path)
{
    unsigned     i;
    const char  *name, *dot;

    name = strrchr(path, '/');
    name = name ? name + 1 : path;
    dot = strrchr(name, '.');

    /* the dot of ".csv" makes a hidden file, not a suffix */

    if (dot == NULL || dot == name) {
        return NULL;
    }

    for (i = 0; pyexec_mime_types[i].suffix; i++) {
        if (strcasecmp(dot + 1, pyexec_mime_types[i].suffix) == 0) {
            return pyexec_mime_types[i].type;
        }
    }

    return NULL;
}
