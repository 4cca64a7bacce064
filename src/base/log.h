/**
 * log: one line per event on standard error, `time level event key=value ...`.
 *
 * Programs log, libraries do not. Event names are stable ("call.answered"); values never hold keys,
 * credentials, audio or whole phone numbers. Any thread may call; a line is written by one write.
 */
#ifndef RECORDER_BASE_LOG_H
#define RECORDER_BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/** Name that stands in every line ("recorder-ingest") and the least level that is written. */
void log_open(const char *program, enum log_level least);

/**
 * Write one event.
 *
 * event   stable dotted name.
 * format  printf format of "key=value key=value"; "" for none.
 */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
