#include <sodium.h>
#include <string.h>

#include "tools/recorderctl/command.h"
#include "tools/recorderctl/keys.h"
#include "tools/recorderctl/output.h"
#include "tools/recorderctl/receipt.h"

static bool read_id(const char *text, struct key_id *id)
{
    size_t read = 0;

    return strlen(text) == 2 * sizeof id->b &&
           sodium_hex2bin(id->b, sizeof id->b, text, 2 * sizeof id->b, NULL, &read, NULL) == 0 &&
           read == sizeof id->b;
}

/* Whose signature counts: the keeper's as it is now, unless another is named. recorder-ingest has a
 * signing key too, and its public half is here as well. */
static enum exit_code find_signer(struct context *context, const struct invocation *invocation,
                                  struct key_id *id)
{
    const char *named = command_option(invocation, "signer");
    struct signer *signer = NULL;
    struct fault fault = {0};

    if (named)
        return read_id(named, id) ? EXIT_DONE
                                  : context_fail(context, EXIT_USAGE, "that is no signer's id",
                                                 "give 32 hexadecimal digits with --signer ID");
    enum status status =
        signer_open(&disk_system, context->config->keys, "keeper", &signer, &fault);
    if (status != STATUS_OK)
        return context_fail_status(context, status, &fault,
                                   "run it as a user who may read the keeper's signing key, or "
                                   "name the keeper's key with --signer ID");
    *id = signer_id(signer);
    signer_close(signer);
    return EXIT_DONE;
}

static enum exit_code fail(const struct context *context, enum status status,
                           const struct fault *fault)
{
    switch ((int)status) {
    case STATUS_CORRUPT:
        return context_fail(context, EXIT_BAD, fault->text,
                            "it proves nothing; the audit log says what was destroyed");
    case STATUS_DENIED:
        return context_fail(context, EXIT_BAD, fault->text,
                            "where that was the keeper's key once, name it with --signer ID");
    case STATUS_NO_KEY:
        return context_fail(context, EXIT_BAD, fault->text,
                            "restore public/signers of the key directory");
    case STATUS_NOT_FOUND:
        return context_fail_status(context, status, fault,
                                   "receipts are in `receipts` of the store");
    default:
        return context_fail_status(context, status, fault, NULL);
    }
}

static enum exit_code run_verify(struct context *context, const struct invocation *invocation)
{
    const char *path = invocation->argument[0];
    struct public_keys *signers = NULL;
    struct key_id signer;
    struct fault fault = {0};
    json_t *receipt = NULL;
    enum exit_code code = context_need_config(context);

    if (code == EXIT_DONE)
        code = find_signer(context, invocation, &signer);
    if (code != EXIT_DONE)
        return code;
    enum status status = public_keys_open(&disk_system, context->config->keys, &signers, &fault);
    if (status == STATUS_OK)
        status = receipt_read(&disk_system, path, signers, signer, &receipt, &fault);
    public_keys_close(signers);
    if (status != STATUS_OK)
        return fail(context, status, &fault);
    return output_object(context, json_pack("{s:o, s:b, s:o}", "file", output_text(path),
                                            "unchanged", 1, "receipt", receipt));
}

const struct command commands_receipts[] = {
    {
        .group = "receipt",
        .verb = "verify",
        .arguments = "FILE",
        .arguments_min = 1,
        .arguments_max = 1,
        .options = {{"signer", 0, "ID", "the key that signed it; default: the keeper's"}},
        .summary = "whether a receipt is as the keeper signed it; prints it",
        .details =
            "FILE is one of the store's `receipts`, or a copy. No recording and no index is\n"
            "needed, only the public keys. Exits 1 where it was changed, is no receipt, or\n"
            "another key signed it. --signer is for receipts from before the keeper's signing\n"
            "key was made anew, and for who may not read that.",
        .run = run_verify,
    },
    {0},
};
