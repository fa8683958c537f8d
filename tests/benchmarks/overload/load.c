/* Trucks that send reports, many from one process: quicker than any server of ours.
 *
 * Each connection is an onboard unit with a clock of its own: at a given rate it sends whether the
 * last answer came late or not (latency counts from when it was due, unless --skip), without one as soon as it is
 * answered. A polite unit waits as Retry-After says; a keeping one, too, and then sends all it was
 * refused and what came due meanwhile in one request.
 * Prints one JSON object; with --every, a line a second before it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_REPORTS = 1000, REPORT_BYTES = 450, HEAD_BYTES = 400, ANSWER_BYTES = 1 << 18 };
enum { SLOTS = 4096, STEP_US = 10, STEPS = 1 << 20, MOST_KEYS = 65536 };

struct unit {
    int fd, is_busy, is_sent, reports, status;
    char *out, *in;
    size_t out_bytes, out_done, in_bytes;
    int64_t due_us, begun_us;  /* when the next request is due; when this one was */
    int64_t kept;              /* reports a polite unit was refused and will send again */
    struct unit *next;         /* in the same millisecond of the wheel */
    const char *key;
    int64_t seq;
};

static const char *host = "127.0.0.1", *path = "/api/v1/obu/reports";
static int port, units_n = 64, reports_n = 1, is_polite, is_keeping, is_skipping, is_every, alarm_level;
static double rate, seconds = 10, age_s, step_s = 0.001;
static int64_t total, first_seq, first_ms;
static char *keys[MOST_KEYS];
static int keys_n, epoll_fd;
static volatile sig_atomic_t is_told_to_end;
static struct unit *units, *wheel[SLOTS];
static int64_t start_us, end_us, wheel_ms, last_ok_us;
static int64_t sent, ok, ok_reports, throttled, busy, other, broken, sent_reports;
static int64_t second_ok, second_refused, second_sent;
static uint32_t ok_steps[STEPS], no_steps[STEPS], second_steps[STEPS];

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void fail(const char *what) { perror(what); exit(1); }

static double percentile_ms(const uint32_t *steps, double part) {
    uint64_t all = 0, seen = 0;
    for (int i = 0; i < STEPS; i++) all += steps[i];
    if (!all) return 0;
    for (int i = 0; i < STEPS; i++)
        if ((seen += steps[i]) >= part * all) return (i + 1) * STEP_US / 1000.0;
    return STEPS * STEP_US / 1000.0;
}

static void note(uint32_t *steps, int64_t us) {
    int64_t step = us / STEP_US;
    steps[step < 0 ? 0 : step >= STEPS ? STEPS - 1 : step]++;
}

static void await_turn(struct unit *u, int64_t due_us) {
    int64_t ms = due_us / 1000;
    if (ms <= wheel_ms) ms = wheel_ms + 1;
    if (ms > wheel_ms + SLOTS - 1) ms = wheel_ms + SLOTS - 1; /* looked at again then */
    u->due_us = due_us;
    u->next = wheel[ms % SLOTS];
    wheel[ms % SLOTS] = u;
}

static void connect_unit(struct unit *u) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &to.sin_addr);
    u->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (u->fd < 0 || connect(u->fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
    int one = 1;
    setsockopt(u->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(u->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = u};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, u->fd, &event);
}

static size_t write_report(char *at, struct unit *u, const char *day, int64_t ms) {
    int64_t n = u->seq++;
    return sprintf(at,
        "{\"recorded_at\":\"%s.%03dZ\",\"seq\":%lld,\"boot_id\":\"%lld\",\"latitude_deg\":%.6f,"
        "\"longitude_deg\":118.456789,\"speed_kmh\":61.5,\"soc_percent\":72.5,\"heading_deg\":93.1,"
        "\"altitude_m\":12.0,\"odometer_km\":%.2f,\"pack_temperature_c\":31.0,"
        "\"ambient_temperature_c\":-4.0,\"gross_mass_kg\":47800.0,\"cell_spread_mv\":31,"
        "\"insulation_kohm\":1950,"
        "\"pack_codes\":[\"TSTPB01A000000G3A0000123\"],\"alarm_level\":%d}",
        day, (int)(ms % 1000), (long long)n, (long long)first_seq, 39.0 + (n % 1000) * 1e-5, 81000 + n % 100000 * 0.01, alarm_level);
}

static void write_time(char *day, int64_t ms) {
    static __thread int64_t kept_s = -1;
    static char kept[32];
    if (ms / 1000 != kept_s) {
        time_t s = kept_s = ms / 1000;
        struct tm t;
        gmtime_r(&s, &t);
        strftime(kept, sizeof kept, "%Y-%m-%dT%H:%M:%S", &t);
    }
    strcpy(day, kept);
}

static void flush_unit(struct unit *u);

static void send_reports(struct unit *u, int n) {
    static char body[MOST_REPORTS * REPORT_BYTES];
    char day[32];
    struct timespec t;
    size_t bytes = 0;
    if (n > MOST_REPORTS) n = MOST_REPORTS;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t wall_ms = t.tv_sec * 1000LL + t.tv_nsec / 1000000;
    if (reports_n > 1 || n > 1) body[bytes++] = '[';
    for (int i = 0; i < n; i++) {
        int64_t steps = age_s > 0 ? u->seq - first_seq : i - n + 1;
        int64_t ms = age_s > 0 ? first_ms + (int64_t)(1000 * steps * step_s)
                               : wall_ms + (int64_t)(1000 * steps * step_s);
        if (i) body[bytes++] = ',';
        write_time(day, ms);
        bytes += write_report(body + bytes, u, day, ms);
    }
    if (reports_n > 1 || n > 1) body[bytes++] = ']';
    u->out = realloc(u->out, HEAD_BYTES + bytes);
    int head = snprintf(u->out, HEAD_BYTES,
        "POST %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
        path, host, port, u->key, bytes);
    memcpy(u->out + head, body, bytes);
    u->out_bytes = head + bytes;
    u->out_done = u->in_bytes = 0;
    u->reports = n;
    u->is_busy = 1;
    sent++, second_sent++;
    sent_reports += n;
    flush_unit(u);
}

static void mend(struct unit *u) {
    broken++;
    close(u->fd);
    connect_unit(u);
    u->is_busy = 0;
    await_turn(u, now_us() + 100000);
}

static void flush_unit(struct unit *u) {
    while (u->out_done < u->out_bytes) {
        ssize_t n = write(u->fd, u->out + u->out_done, u->out_bytes - u->out_done);
        if (n < 0 && errno == EAGAIN) break;
        if (n < 0) { mend(u); return; }
        u->out_done += n;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = u};
    if (u->out_done < u->out_bytes) event.events |= EPOLLOUT;
    if (u->out_done < u->out_bytes || u->is_sent) epoll_ctl(epoll_fd, EPOLL_CTL_MOD, u->fd, &event);
    u->is_sent = u->out_done < u->out_bytes;
}

static void begin(struct unit *u, int64_t at_us) {
    int64_t n = reports_n;
    if (at_us >= end_us || (total && sent_reports - u->kept >= total)) return;
    u->begun_us = rate > 0 && u->due_us ? u->due_us : at_us;
    if (u->kept) {
        if (total) u->seq -= u->kept, sent_reports -= u->kept, n = u->kept;  /* the same again */
        else n += u->kept;
        u->kept = 0;
    } else if (total && n > total - sent_reports) n = total - sent_reports;
    send_reports(u, n);
}

static void answered(struct unit *u, int retry_after_s) {
    int64_t at = now_us(), took = at - u->begun_us;
    double period_us = rate > 0 ? 1e6 * units_n / rate : 0;
    int64_t due = rate > 0 ? u->begun_us + (int64_t)period_us : at;
    u->is_busy = 0;
    if (u->status == 200) {
        ok++, second_ok++;
        ok_reports += u->reports;
        last_ok_us = at;
        note(ok_steps, took);
        note(second_steps, took);
    } else {
        second_refused++;
        if (u->status == 429) throttled++;
        else if (u->status == 503) busy++;
        else other++;
        note(no_steps, took);
        if (is_polite) {
            due = at + retry_after_s * 1000000LL;
            if (is_keeping) u->kept = u->reports;
            if (is_keeping && !total && rate > 0) u->kept += retry_after_s * rate / units_n;
            if (u->kept > MOST_REPORTS) u->kept = MOST_REPORTS;
        }
    }
    if (is_skipping && due < at) due = at; /* what came due meanwhile is let go */
    if (due > at) await_turn(u, due);
    else { u->due_us = due; begin(u, at); }
}

static const char *header(const char *head, const char *name) {
    const char *found = strcasestr(head, name);
    return found ? found + strlen(name) : NULL;
}

static void hear(struct unit *u) {
    for (;;) {
        ssize_t n = read(u->fd, u->in + u->in_bytes, ANSWER_BYTES - 1 - u->in_bytes);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) { mend(u); return; }
        u->in[u->in_bytes += n] = 0;
        char *end = strstr(u->in, "\r\n\r\n");
        if (!end) continue;
        *end = 0;
        const char *length = header(u->in, "\r\ncontent-length:"), *retry = header(u->in, "\r\nretry-after:");
        size_t head = end + 4 - u->in;
        int is_whole = length ? u->in_bytes >= head + atol(length)
                              : !memcmp(u->in + u->in_bytes - 5, "0\r\n\r\n", 5);
        u->status = atoi(u->in + 9);
        int retry_after_s = retry ? atoi(retry) : 1;
        *end = '\r';
        if (!is_whole) continue;
        if (u->status != 200 && u->status != 429 && u->status != 503 && !other)
            fprintf(stderr, "%.*s\n", (int)(u->in_bytes < 600 ? u->in_bytes : 600), u->in);
        answered(u, retry_after_s);
        return;
    }
}

static void turn_wheel(int64_t at_us) {
    while (wheel_ms < at_us / 1000) {
        struct unit *u = wheel[++wheel_ms % SLOTS], *next;
        wheel[wheel_ms % SLOTS] = NULL;
        for (; u; u = next) {
            next = u->next;
            if (u->due_us / 1000 > wheel_ms) await_turn(u, u->due_us);
            else begin(u, at_us);
        }
    }
}

static void read_keys(const char *name) {
    char line[256];
    FILE *file = fopen(name, "r");
    if (!file) fail(name);
    while (keys_n < MOST_KEYS && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        if (*line) keys[keys_n++] = strdup(line);
    }
    fclose(file);
}

static void read_options(int n, char **words) {
    for (int i = 1; i < n; i++) {
        const char *name = words[i];
        if (!strcmp(name, "--polite")) { is_polite = 1; continue; }
        if (!strcmp(name, "--keeping")) { is_polite = is_keeping = 1; continue; }
        if (!strcmp(name, "--rude")) continue;
        if (!strcmp(name, "--skip")) { is_skipping = 1; continue; }
        if (!strcmp(name, "--every")) { is_every = 1; continue; }
        if (++i == n) { fprintf(stderr, "%s: no value\n", name); exit(2); }
        if (!strcmp(name, "--port")) port = atoi(words[i]);
        else if (!strcmp(name, "--keys")) read_keys(words[i]);
        else if (!strcmp(name, "--units")) units_n = atoi(words[i]);
        else if (!strcmp(name, "--rate")) rate = atof(words[i]);
        else if (!strcmp(name, "--seconds")) seconds = atof(words[i]);
        else if (!strcmp(name, "--reports")) reports_n = atoi(words[i]);
        else if (!strcmp(name, "--total")) total = atoll(words[i]);
        else if (!strcmp(name, "--age-s")) age_s = atof(words[i]);
        else if (!strcmp(name, "--step-s")) step_s = atof(words[i]);
        else if (!strcmp(name, "--alarm-level")) alarm_level = atoi(words[i]);
        else { fprintf(stderr, "unknown option %s\n", name); exit(2); }
    }
    if (!port || !keys_n) { fprintf(stderr, "--port and --keys are needed\n"); exit(2); }
}

static void start_units(void) {
    units = calloc(units_n, sizeof *units);
    first_ms = 1000 * ((int64_t)time(NULL) - (int64_t)age_s);
    first_seq = (int64_t)time(NULL) * 1000000 % 1000000000000LL;  /* no two runs alike */
    for (int i = 0; i < units_n; i++) {
        struct unit *u = &units[i];
        u->key = keys[i % keys_n];
        u->in = malloc(ANSWER_BYTES);
        u->seq = first_seq + (int64_t)(i / keys_n) * 10000000000LL;
        connect_unit(u);
    }
    start_us = now_us();
    wheel_ms = start_us / 1000;
    end_us = start_us + (int64_t)(seconds * 1e6);
    for (int i = 0; i < units_n; i++)
        await_turn(&units[i], start_us + (rate > 0 ? (int64_t)(1e6 * i / rate) : 0));
}

static void tell_second(int64_t second) {
    printf("{\"second\":%lld,\"sent\":%lld,\"ok\":%lld,\"refused\":%lld,\"p50_ms\":%.2f,\"p99_ms\":%.2f}\n",
           (long long)second, (long long)second_sent, (long long)second_ok,
           (long long)second_refused, percentile_ms(second_steps, 0.5),
           percentile_ms(second_steps, 0.99));
    fflush(stdout);
    memset(second_steps, 0, sizeof second_steps);
    second_ok = second_refused = second_sent = 0;
}

static void on_term(int signal_no) {
    (void)signal_no;
    is_told_to_end = 1;
}

static int is_idle(void) {
    for (int i = 0; i < units_n; i++) if (units[i].is_busy) return 0;
    return 1;
}

int main(int n, char **words) {
    struct rlimit files = {65536, 65536};
    struct epoll_event events[512];
    int64_t told = 0, at;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGTERM, on_term);
    read_options(n, words);
    epoll_fd = epoll_create1(0);
    start_units();
    while ((at = now_us()) < end_us + 5000000 && (at < end_us || !is_idle())) {
        if (total && ok_reports >= total) break;
        if (is_told_to_end && at < end_us) end_us = at; /* what was sent is still answered */
        turn_wheel(at);
        int heard = epoll_wait(epoll_fd, events, 512, 1);
        for (int i = 0; i < heard; i++) {
            struct unit *u = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) flush_unit(u);
            if (events[i].events & ~EPOLLOUT) hear(u);
        }
        if (is_every && at < end_us && (at - start_us) / 1000000 > told) tell_second(told++);
    }
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double ran_s = ((total ? last_ok_us : end_us) - start_us) / 1e6;
    double cpu_s = used.ru_utime.tv_sec + used.ru_stime.tv_sec
                 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"seconds\":%.3f,\"sent\":%lld,\"ok\":%lld,\"ok_reports\":%lld,\"throttled\":%lld,"
           "\"busy\":%lld,\"other\":%lld,\"broken\":%lld,\"ok_s\":%.1f,\"reports_s\":%.1f,"
           "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"p999_ms\":%.2f,\"refused_p99_ms\":%.2f,\"cpu_s\":%.2f}\n",
           ran_s, (long long)sent, (long long)ok, (long long)ok_reports, (long long)throttled,
           (long long)busy, (long long)other, (long long)broken, ok / ran_s, ok_reports / ran_s,
           percentile_ms(ok_steps, 0.5), percentile_ms(ok_steps, 0.99),
           percentile_ms(ok_steps, 0.999), percentile_ms(no_steps, 0.99), cpu_s);
    return 0;
}
