
#include <string.h>
#include <strings.h>

#include "base/pyexec_mime.h"


/*
 * As in Debian's table (media-types), or in Python's (mimetypes); what neither
 * has is IANA's, or the format's own.
 */

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
    { "avif", "image/avif" },
    { "bmp", "image/bmp" },
    { "ico", "image/vnd.microsoft.icon" },
    { "tif", "image/tiff" },
    { "tiff", "image/tiff" },
    { "eps", "application/postscript" },
    { "ps", "application/postscript" },
    { "md", "text/markdown" },
    { "log", "text/plain" },
    { "py", "text/x-python" },
    { "ipynb", "application/x-ipynb+json" },
    { "tsv", "text/tab-separated-values" },
    { "geojson", "application/geo+json" },
    { "jsonl", "application/jsonl" },
    { "xml", "text/xml" },
    { "yaml", "application/yaml" },
    { "yml", "application/yaml" },
    { "toml", "application/toml" },
    { "css", "text/css" },
    { "js", "text/javascript" },
    { "wasm", "application/wasm" },
    { "tex", "application/x-tex" },
    { "rtf", "application/rtf" },
    { "ics", "text/calendar" },
    { "doc", "application/msword" },
    { "docx",
      "application/vnd.openxmlformats-officedocument.wordprocessingml"
      ".document" },
    { "xls", "application/vnd.ms-excel" },
    { "xlsx",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    { "xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12" },
    { "ppt", "application/vnd.ms-powerpoint" },
    { "pptx",
      "application/vnd.openxmlformats-officedocument.presentationml"
      ".presentation" },
    { "odt", "application/vnd.oasis.opendocument.text" },
    { "ods", "application/vnd.oasis.opendocument.spreadsheet" },
    { "odp", "application/vnd.oasis.opendocument.presentation" },
    { "epub", "application/epub+zip" },
    { "parquet", "application/vnd.apache.parquet" },
    { "feather", "application/vnd.apache.arrow.file" },
    { "arrow", "application/vnd.apache.arrow.file" },
    { "h5", "application/x-hdf5" },
    { "hdf5", "application/x-hdf5" },
    { "npy", "application/octet-stream" },
    { "npz", "application/zip" },
    { "pkl", "application/octet-stream" },
    { "pickle", "application/octet-stream" },
    { "db", "application/vnd.sqlite3" },
    { "sqlite", "application/vnd.sqlite3" },
    { "sqlite3", "application/vnd.sqlite3" },
    { "zip", "application/zip" },
    { "gz", "application/gzip" },
    { "xz", "application/x-xz" },
    { "7z", "application/x-7z-compressed" },
    { "tar", "application/x-tar" },
    { "wav", "audio/x-wav" },
    { "mp3", "audio/mpeg" },
    { "ogg", "audio/ogg" },
    { "flac", "audio/flac" },
    { "mp4", "video/mp4" },
    { "webm", "video/webm" },
    { "mov", "video/quicktime" },
    { "avi", "video/x-msvideo" },
    { "mkv", "video/x-matroska" },
    { "ttf", "font/ttf" },
    { "otf", "font/otf" },
    { "woff", "font/woff" },
    { "woff2", "font/woff2" },
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
