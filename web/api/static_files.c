#include "web/api/static_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "web/api/answer.h"
#include "web/api/conditional.h"

struct static_files {
    size_t count;
    size_t bytes;
    struct static_file file[STATIC_FILES_MAX];
};

static const char *type_of(const char *name)
{
    static const struct {
        const char *extension;
        const char *content_type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
    };
    const char *extension = strrchr(name, '.');

    for (size_t i = 0; extension && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(extension, types[i].extension) == 0)
            return types[i].content_type;
    }
    return "application/octet-stream";
}

bool static_files_is_hashed(const char *name)
{
    static const char hash_signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    enum { HASH_LENGTH = 8 };

    for (const char *dash = strchr(name, '-'); dash; dash = strchr(dash + 1, '-')) {
        if (strspn(dash + 1, hash_signs) == HASH_LENGTH && dash[1 + HASH_LENGTH] == '.')
            return true;
    }
    return false;
}

static enum status read_whole(int descriptor, struct static_file *file, struct fault *fault)
{
    size_t done = 0;

    while (done < file->data_bytes) {
        ssize_t count = read(descriptor, file->data + done, file->data_bytes - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return fault_set(fault, STATUS_IO, count < 0 ? errno : 0, "read %s", file->path);
        done += (size_t)count;
    }
    return STATUS_OK;
}

static void describe(struct static_file *file, const char *name)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[33];

    (void)crypto_hash_sha256(digest, file->data, file->data_bytes);
    (void)sodium_bin2hex(hex, sizeof hex, digest, 16);
    (void)snprintf(file->etag, sizeof file->etag, "\"%s\"", hex);
    file->content_type = type_of(name);
    file->immutable = static_files_is_hashed(name);
}

/* Add a regular file that is open; it is counted once its data is the table's. */
static enum status add_file(struct static_files *files, int descriptor, const char *path,
                            const char *name, size_t size, struct fault *fault)
{
    struct static_file *file = &files->file[files->count];

    if (files->count == STATIC_FILES_MAX)
        return fault_set(fault, STATUS_LIMIT, 0, "portal: more than %d files", STATIC_FILES_MAX);
    if (size > STATIC_FILES_BYTES_MAX - files->bytes)
        return fault_set(fault, STATUS_LIMIT, 0, "portal: more than %d bytes",
                         STATIC_FILES_BYTES_MAX);
    if (snprintf(file->path, sizeof file->path, "%s", path) >= (int)sizeof file->path)
        return fault_set(fault, STATUS_LIMIT, 0, "portal: a path is too long");
    file->data = malloc(size ? size : 1);
    if (!file->data)
        return fault_set(fault, STATUS_NOMEM, 0, "read the portal");
    file->data_bytes = size;
    files->count++;
    files->bytes += size;
    enum status status = read_whole(descriptor, file, fault);
    if (status == STATUS_OK)
        describe(file, name);
    return status;
}

static enum status load_directory(struct static_files *files, int owned_descriptor,
                                  const char *prefix, unsigned depth, struct fault *fault);

static enum status load_entry(struct static_files *files, int directory, const char *prefix,
                              const char *name, unsigned depth, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    struct stat kind;
    enum status status = STATUS_OK;

    if (snprintf(path, sizeof path, "%s/%s", prefix, name) >= (int)sizeof path)
        return fault_set(fault, STATUS_LIMIT, 0, "portal: a path is too long");
    int descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0 && errno == ELOOP)
        return STATUS_OK;
    if (descriptor < 0 || fstat(descriptor, &kind) != 0)
        status = fault_set(fault, STATUS_IO, errno, "open %s of the portal", path);
    else if (S_ISREG(kind.st_mode))
        status = add_file(files, descriptor, path, name, (size_t)kind.st_size, fault);
    else if (S_ISDIR(kind.st_mode) && depth == STATIC_FILES_DEPTH_MAX)
        status = fault_set(fault, STATUS_LIMIT, 0, "portal: %s lies too deep", path);
    else if (S_ISDIR(kind.st_mode)) {
        status = load_directory(files, descriptor, path, depth + 1, fault);
        descriptor = -1;
    }
    if (descriptor >= 0)
        (void)close(descriptor);
    return status;
}

static enum status load_directory(struct static_files *files, int owned_descriptor,
                                  const char *prefix, unsigned depth, struct fault *fault)
{
    DIR *directory = fdopendir(owned_descriptor);
    enum status status = STATUS_OK;
    struct dirent *entry;

    if (!directory) {
        (void)close(owned_descriptor);
        return fault_set(fault, STATUS_NOMEM, errno, "list the portal");
    }
    while (status == STATUS_OK && (entry = readdir(directory))) {
        if (entry->d_name[0] != '.')
            status = load_entry(files, dirfd(directory), prefix, entry->d_name, depth, fault);
    }
    (void)closedir(directory);
    return status;
}

enum status static_files_load(const char *directory, struct static_files **out, struct fault *fault)
{
    struct static_files *files = calloc(1, sizeof *files);

    if (!files)
        return fault_set(fault, STATUS_NOMEM, 0, "read the portal");
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        free(files);
        return fault_set(fault, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, errno,
                         "open the portal's directory %s", directory);
    }
    enum status status = load_directory(files, descriptor, "", 1, fault);
    if (status != STATUS_OK) {
        static_files_destroy(files);
        return status;
    }
    *out = files;
    return STATUS_OK;
}

void static_files_destroy(struct static_files *owned_files)
{
    if (!owned_files)
        return;
    for (size_t i = 0; i < owned_files->count; i++)
        free(owned_files->file[i].data);
    free(owned_files);
}

const struct static_file *static_files_find(const struct static_files *files, const char *path)
{
    if (!files)
        return NULL;
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    for (size_t i = 0; i < files->count; i++) {
        if (strcmp(files->file[i].path, path) == 0)
            return &files->file[i];
    }
    return NULL;
}

void static_files_answer(const struct static_files *files, struct exchange *exchange)
{
    const struct static_file *file = static_files_find(files, exchange->path);
    const char *none_match = exchange_header(exchange, MHD_HTTP_HEADER_IF_NONE_MATCH);

    if (!file) {
        answer_problem(exchange, PROBLEM_NO_ROUTE, NULL, NULL);
        return;
    }
    if (!exchange_reads(exchange)) {
        answer_problem(exchange, PROBLEM_WRONG_METHOD, NULL, NULL);
        answer_header(exchange, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
        return;
    }
    bool same = none_match && conditional_none_match(none_match, file->etag);
    /* After 304 the library sends no body, but its length (RFC 9110 section 8.6). */
    answer_response(
        exchange, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK,
        MHD_create_response_from_buffer(file->data_bytes, file->data, MHD_RESPMEM_PERSISTENT));
    answer_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE, file->content_type);
    answer_header(exchange, MHD_HTTP_HEADER_ETAG, file->etag);
    answer_header(exchange, MHD_HTTP_HEADER_CACHE_CONTROL,
                  file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
}
