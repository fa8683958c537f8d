-- Reports of many trucks for wrk: every request is new, all are answered before the end.
-- Arguments: file of keys (one a line), first truck and number of trucks, reports a request,
-- seconds of load, then for each thread "place,seq": the truck it begins with and the number of
-- that truck's next report. The last line printed is JSON.
local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long s; long ns; } yizhan_time;
  int clock_gettime(int, yizhan_time *);
]]
local clock = ffi.new("yizhan_time")
local REST_MS = 60000
local STEP_MS = 50
local THREADS = 2
local threads = {}

function setup(thread)
  thread:set("thread_index", #threads)
  table.insert(threads, thread)
end

local function wall_ms()
  ffi.C.clock_gettime(0, clock)
  return tonumber(clock.s) * 1000 + math.floor(tonumber(clock.ns) / 1e6)
end

local millis, seconds = {}, {}
for ms = 0, 999 do millis[ms] = string.format(".%03dZ", ms) end

local function stamp(at_ms)
  local s = math.floor(at_ms / 1000)
  local text = seconds[s]
  if text == nil then
    text = '{"recorded_at":"' .. os.date("!%Y-%m-%dT%H:%M:%S", s)
    seconds[s] = text
  end
  return text .. millis[at_ms - s * 1000]
end

-- What is the same in all reports of a truck; one truck in 200 is too hot.
local function lasting(i)
  return string.format(
    '"boot_id":"b%d","latitude_deg":%.6f,"longitude_deg":%.6f,"altitude_m":%d,'
      .. '"pack_temperature_c":%d,"pack_codes":["TSTPB01A000000G3A%07d"],"alarm_level":0}',
    i, 39 + i % 100 * 0.01, 118 + i % 77 * 0.01, i % 50, i % 200 == 0 and 70 or 28 + i % 10, i)
end

-- What changes with the number of the report.
local function changing(seq)
  return string.format(
    '","seq":%d,"speed_kmh":%.1f,"soc_percent":%.2f,"heading_deg":%.1f,"odometer_km":%.2f,'
      .. '"ambient_temperature_c":%d,"gross_mass_kg":47800,"cell_spread_mv":%d,'
      .. '"insulation_kohm":%d,',
    seq, 40 + seq % 41, 90 - seq % 1000 * 0.05, seq * 7 % 360, 81234.5 + seq * 0.05,
    seq % 3 - 4, 20 + seq % 30, 2000 - seq % 100)
end

local heads, tails, said, parts = {}, {}, {}, {}

function init(args)
  local first, count = tonumber(args[2]), tonumber(args[3])
  local i = 0
  for key in io.lines(args[1]) do
    if i >= first and i < first + count and i % THREADS == thread_index then
      heads[#heads + 1] = "POST /api/v1/obu/reports HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        .. "Content-Type: application/json\r\nAuthorization: Bearer " .. key
        .. "\r\nContent-Length: "
      tails[#tails + 1] = lasting(i)
    end
    i = i + 1
  end
  at_once = tonumber(args[4])
  load_ms = tonumber(args[5]) * 1000
  place, seq = string.match(args[6 + thread_index], "(%d+),(%d+)")
  place, seq = tonumber(place), tonumber(seq)
  began_ms, last_ms = 0, 0
end

-- Asked before each request: when the time is over nobody sends any more, so that whatever was
-- sent is answered before wrk ends.
function delay()
  last_ms = wall_ms()
  if began_ms == 0 then began_ms = last_ms end
  if last_ms - began_ms >= load_ms then return REST_MS end
  return 0
end

function request()
  local at_ms, tail = wall_ms(), tails[place + 1]
  for n = 1, at_once do
    if said[n] == nil then said[n] = changing(seq + n - 1) end
    parts[n] = stamp(at_ms - (at_once - n) * STEP_MS) .. said[n] .. tail
  end
  local body = at_once == 1 and parts[1] or "[" .. table.concat(parts, ",") .. "]"
  local text = heads[place + 1] .. #body .. "\r\n\r\n" .. body
  if began_ms > 0 then -- wrk asks for one request before the start and does not send it
    place = place + 1
    if place == #heads then
      place, seq, said = 0, seq + at_once, {}
    end
  end
  return text
end

function done(summary, latency)
  local began, last, places = math.huge, 0, {}
  for i, thread in ipairs(threads) do
    began = math.min(began, thread:get("began_ms"))
    last = math.max(last, thread:get("last_ms"))
    places[i] = string.format('"%d,%d"', thread:get("place"), thread:get("seq"))
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"refused":%d,"broken":%d,"seconds":%.3f,"p50_ms":%.2f,"p99_ms":%.2f,'
      .. '"places":[%s]}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    (last - began) / 1000, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    table.concat(places, ",")))
end
