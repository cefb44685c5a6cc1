# SPDX-License-Identifier: LGPL-2.1-or-later
# Prints N events of 256 bytes of data in M streams, round and round, for eventhus store import:
#   awk -v n=N -v m=M -f bench/events.awk
# Ids, versions and times depend on the number of the event alone.
function base32(number,  text, i) {
  for (i = 0; i < 10; i++) {
    text = substr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", number % 32 + 1, 1) text
    number = int(number / 32)
  }
  return text
}
BEGIN {
  for (i = 0; i < 224; i++)
    note = note "x"
  for (i = 1; i <= n; i++)
    printf "{\"id\":\"01EJ3PX4S7000000%s\",\"aggregate_id\":\"%d\",\"aggregate_type\":\"Account\",\"version\":%d," \
           "\"type\":\"DepositPerformed\",\"data\":{\"amount\":%10d,\"note\":\"%s\"}," \
           "\"timestamp\":\"2020-09-13T12:%02d:%02d.%06dZ\"}\n", base32(i), i % m, int((i - 1) / m) + 1, i, note, \
           int(i / 60000000) % 60, int(i / 1000000) % 60, i % 1000000
}
