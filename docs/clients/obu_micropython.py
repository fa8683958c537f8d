# An onboard unit of Yizhan with store and forward, of modules MicroPython has; CPython runs it too.
# usage: obu_micropython.py HOST PORT KEY RING_FILE [SLOTS]   (for TLS wrap the socket: module ssl)
# Measurements come as lines of JSON objects on standard input: put your sensors in their place.
# Each is numbered, stamped and kept in RING_FILE before "kept SEQ" is printed, and stays there
# until the service gave its verdict.
import binascii, json, os, random, select, socket, sys, time

SLOT, HEAD, BATCH, EVERY_S, LONGEST_S = 512, 10, 50, 0.5, 60.0
HTTP = (
    "POST /api/v1/obu/reports HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n"
    "Content-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
)
EPOCH_S = 946684800 if time.gmtime(0)[0] == 2000 else 0  # boards count from 2000


class Unit:
    # Slot seq % slots: state, CRC-32 in hex, a space, the report, spaces, a newline.
    # N not sent; D has its verdict; A was asked for again; E is done for good.
    def __init__(self, host, port, key, path, slots):
        self.host, self.port, self.key = host, port, key
        self.clock_off_s, self.wait_s = 0.0, 1.0
        open(path, "ab").close()
        self.file, self.slots = open(path, "r+b"), slots
        self.boot_id = binascii.hexlify(os.urandom(4)).decode()  # new at each start
        self.next_seq = 1 + max(self.read(at)[1]["seq"] for at in range(slots))
        self.first_unsent = max(1, self.next_seq - slots)

    def read(self, seq):
        # State and report of a slot; number 0 if it is empty or was torn by a power cut.
        self.file.seek(seq % self.slots * SLOT)
        slot = self.file.read(SLOT)
        if len(slot) < SLOT or slot[1:9] != b"%08x" % (binascii.crc32(slot[HEAD:-1]) & 0xFFFFFFFF):
            return "", {"seq": 0}
        return chr(slot[0]), json.loads(slot[HEAD:].decode())

    def write(self, seq, data):
        self.file.seek(seq % self.slots * SLOT)
        self.file.write(data)
        self.file.flush()

    def keep(self, fields):
        # Synced where the port can; a board's file system writes to the flash when it flushes.
        fields.update({"seq": self.next_seq, "boot_id": self.boot_id, "recorded_at": self.stamp()})
        body = json.dumps(fields).encode()
        body += b" " * (SLOT - HEAD - 1 - len(body))
        if len(body) > SLOT - HEAD - 1:
            raise ValueError("the measurement is too long for a slot")
        self.write(self.next_seq, b"N%08x " % (binascii.crc32(body) & 0xFFFFFFFF) + body + b"\n")
        if hasattr(os, "fsync"):
            os.fsync(self.file.fileno())
        self.next_seq += 1
        self.first_unsent = max(self.first_unsent, self.next_seq - self.slots)
        return self.next_seq - 1

    def unsent(self):
        found, seq = [], self.first_unsent
        while seq < self.next_seq and len(found) < BATCH:
            state, report = self.read(seq)
            if state in ("N", "A") and report["seq"] == seq:
                found.append((state, report))
            seq += 1
        self.first_unsent = found[0][1]["seq"] if found else self.next_seq
        return found

    def ask_again(self, boot_id, from_seq, to_seq):
        # Mark what the service misses and we still have; once only, so that it ends.
        for seq in range(max(from_seq, self.next_seq - self.slots), min(to_seq + 1, self.next_seq)):
            state, report = self.read(seq)
            if state == "D" and report["seq"] == seq and report["boot_id"] == boot_id:
                self.write(seq, b"A")
                self.first_unsent = min(self.first_unsent, seq)

    def stamp(self):
        at = time.time() + self.clock_off_s
        t = time.gmtime(int(at))
        return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (tuple(t[:6]) + (int(at % 1 * 1000),))

    def forward(self):
        # Send one batch; how long to wait then, None if there was nothing to send.
        if not (batch := self.unsent()):
            return None
        sent_s = time.time()
        status, retry_after, answer = self.post([report for _, report in batch])
        if status != 200:  # wait as told, or twice as long each time; and not all units the same
            wait_s = float(retry_after) if status in (429, 503) and retry_after else self.wait_s
            self.wait_s = min(2 * self.wait_s, LONGEST_S)
            return wait_s * (1 + random.getrandbits(8) / 512)
        if time.time() - sent_s < 5:
            self.clock_off_s = seconds(answer["server_time"]) - (sent_s + time.time()) / 2
        for verdict in answer["verdicts"]:
            state, report = batch[verdict["index"]]
            is_over = state == "A" or verdict["verdict"] == "refused"  # not worth sending again
            self.write(report["seq"], b"E" if is_over else b"D")
        for hole in answer.get("resend", ()):
            self.ask_again(hole["boot_id"], hole["from_seq"], hole["to_seq"])
        self.wait_s = 1.0
        return 0

    def post(self, reports):
        # Status, Retry-After and answer; status 0 if no whole answer came.
        body, line = json.dumps(reports).encode(), socket.socket()
        told = (self.host, self.port, self.key, len(body))
        try:
            line.settimeout(15)
            line.connect(socket.getaddrinfo(self.host, self.port, 0, socket.SOCK_STREAM)[0][-1])
            line.sendall((HTTP % told).encode() + body)
            came = b""
            while part := line.recv(4096):
                came += part
            head, body = came.decode().split("\r\n\r\n", 1)  # half an answer is no JSON
            rows = [row.split(": ", 1) for row in head.split("\r\n")[1:]]
            told = [value for name, value in rows if name.lower() == "retry-after"]
            return int(head.split(" ")[1]), "".join(told), json.loads(body)
        except (OSError, ValueError, IndexError):
            return 0, "", None
        finally:
            line.close()


def seconds(text):
    # Seconds of this clock's epoch for 2026-11-22T08:00:00.5Z.
    month, day = int(text[5:7]), int(text[8:10])
    a = int(text[:4]) - (month < 3)
    days = 365 * a + a // 4 - a // 100 + a // 400 + ((month + 9) % 12 * 306 + 5) // 10 + day
    of_day = int(text[11:13]) * 3600 + int(text[14:16]) * 60 + float(text[17:].rstrip("Z"))
    return (days - 719469) * 86400 + of_day - EPOCH_S


def main(host, port, key, path, slots=4096):
    unit = Unit(host, int(port), key, path, int(slots))
    poll, measured = select.poll(), open(0, "rb", 0)  # unbuffered: poll() sees what is waiting
    poll.register(measured, select.POLLIN)
    is_open, due = True, time.time()
    while True:
        wait_s = max(0, due - time.time())
        if is_open and poll.poll(int(wait_s * 1000)):
            if is_open := bool(text := measured.readline()):
                print("kept", unit.keep(json.loads(text)))
        elif not is_open:
            time.sleep(wait_s)
        if time.time() >= due:
            wait = unit.forward()
            if wait is None and not is_open:
                return
            due = time.time() + (EVERY_S if wait is None else wait)


if __name__ == "__main__":
    main(*sys.argv[1:])
