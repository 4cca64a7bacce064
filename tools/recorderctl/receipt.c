#include "tools/recorderctl/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#define LABEL "CRF1 receipt"

enum { RECEIPT_BYTES_MAX = 65536, RECEIPT_MODE = 0640, RECEIPTS_MODE = 02750 };

static enum status path_of(const struct context *context, const char *name,
                           char path[static BOUND_PATH_BYTES], struct fault *fault)
{
    char leaf[BOUND_PATH_BYTES];

    (void)snprintf(leaf, sizeof leaf, "receipts%s%s%s", *name ? "/" : "", name,
                   *name ? ".json" : "");
    return context_store_path(context, leaf, path, fault);
}

static enum status set_hex(json_t *object, const char *name, const uint8_t *data, size_t bytes)
{
    char text[2 * KEY_SIGNATURE_BYTES + 1];

    (void)sodium_bin2hex(text, sizeof text, data, bytes);
    return json_object_set_new(object, name, json_string(text)) ? STATUS_NOMEM : STATUS_OK;
}

/* The signature is over the label and the object as it is without the signature. */
static enum status sign(const struct signer *signer, json_t *object)
{
    uint8_t signature[KEY_SIGNATURE_BYTES];
    struct bytes message;
    struct key_id id = signer_id(signer);
    enum status status = set_hex(object, "signer", id.b, sizeof id.b);
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

    bytes_init(&message, RECEIPT_BYTES_MAX);
    if (status == STATUS_OK)
        status = text ? bytes_append(&message, LABEL, strlen(LABEL)) : STATUS_NOMEM;
    if (status == STATUS_OK)
        status = bytes_append(&message, text, strlen(text));
    if (status == STATUS_OK) {
        signer_sign(signer, message.data, message.len, signature);
        status = set_hex(object, "signature", signature, sizeof signature);
    }
    bytes_deinit(&message);
    free(text);
    return status;
}

static enum status sync_directory(const char *path, struct fault *fault)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status status = STATUS_OK;

    if (directory < 0 || fsync(directory))
        status = fault_set(fault, STATUS_IO, errno, "sync %s", path);
    if (directory >= 0)
        (void)close(directory);
    return status;
}

/* What root makes is the store's owner's. */
static bool give_to_owner(const struct context *context, int file)
{
    struct stat about;

    return geteuid() != 0 || (stat(context->config->store, &about) == 0 &&
                              fchown(file, about.st_uid, (gid_t)-1) == 0);
}

static enum status make_directory(const struct context *context, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = path_of(context, "", path, fault);

    if (status != STATUS_OK)
        return status;
    if (mkdir(path, RECEIPTS_MODE))
        return errno == EEXIST ? STATUS_OK
                               : fault_set(fault, STATUS_IO, errno, "make directory %s", path);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* the mode is whatever the umask, and after the owner, who takes the set-group bit with it */
    bool done = directory >= 0 && give_to_owner(context, directory) &&
                fchmod(directory, RECEIPTS_MODE) == 0;
    if (!done)
        status = fault_set(fault, STATUS_IO, errno, "set owner and mode of %s", path);
    if (directory >= 0)
        (void)close(directory);
    return done ? sync_directory(context->config->store, fault) : status;
}

static enum status write_whole(const struct context *context, int file, const char *text,
                               const char *path, struct fault *fault)
{
    size_t bytes = strlen(text);

    if (!give_to_owner(context, file) || fchmod(file, RECEIPT_MODE) ||
        write(file, text, bytes) != (ssize_t)bytes)
        return fault_set(fault, errno == ENOSPC ? STATUS_FULL : STATUS_IO, errno, "write %s", path);
    return fsync(file) ? fault_set(fault, STATUS_IO, errno, "sync %s", path) : STATUS_OK;
}

static enum status write_file(const struct context *context, const char *path, const char *text,
                              struct fault *fault)
{
    char temporary[BOUND_PATH_BYTES + 16];

    (void)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return fault_set(fault, STATUS_IO, errno, "create %s", temporary);
    enum status status = write_whole(context, file, text, temporary, fault);
    (void)close(file); /* it is synced */
    if (status == STATUS_OK && link(temporary, path))
        status =
            fault_set(fault, errno == EEXIST ? STATUS_EXISTS : STATUS_IO, errno, "name %s", path);
    (void)unlink(temporary);
    return status;
}

enum status receipt_write(const struct context *context, const struct signer *signer,
                          const char *name, json_t *object, struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    char directory[BOUND_PATH_BYTES];
    enum status status = make_directory(context, fault);

    if (status == STATUS_OK)
        status = path_of(context, name, path, fault);
    if (status == STATUS_OK)
        status = path_of(context, "", directory, fault);
    if (status != STATUS_OK)
        return status;
    status = sign(signer, object);
    char *text = status == STATUS_OK ? json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (!text)
        return fault_set(fault, status == STATUS_OK ? STATUS_NOMEM : status, 0,
                         "write a receipt: %s", status_text(STATUS_NOMEM));
    status = write_file(context, path, text, fault);
    free(text);
    return status == STATUS_OK ? sync_directory(directory, fault) : status;
}

enum status receipt_read(const struct context *context, const char *name, json_t **object,
                         struct fault *fault)
{
    char path[BOUND_PATH_BYTES];
    enum status status = path_of(context, name, path, fault);

    if (status != STATUS_OK)
        return status;
    if (access(path, F_OK))
        return fault_set(fault, STATUS_NOT_FOUND, errno, "look at %s", path);
    *object = json_load_file(path, 0, NULL);
    return *object ? STATUS_OK : fault_set(fault, STATUS_CORRUPT, 0, "%s is not JSON", path);
}
