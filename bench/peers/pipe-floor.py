"""The floor of lockstep: two Python processes and two pipes, both on one core; 144 bytes there, 16 back, nobody looks at them.

argv[1]: JSON {"trips": N, "warmups": N}. Prints {"p50us", "p99us", "perSecond"}.
"""

import json
import os
import struct
import sys
import time

job = json.loads(sys.argv[1])
trips, warmups = job["trips"], job["warmups"]
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

HEADER = struct.Struct("<HBBIII")
THERE = HEADER.pack(0x5754, 1, 16, 1, 0, 128) + bytes(16 * 8)
BACK = HEADER.pack(0x5754, 1, 17, 1, 0, 0)
there_read, there_write = os.pipe()
back_read, back_write = os.pipe()

if os.fork() == 0:
    os.close(there_write)
    os.close(back_read)
    while os.read(there_read, 4096):
        os.write(back_write, BACK)
    os._exit(0)

os.close(there_read)
os.close(back_write)
took = []
answered = 0
begun = 0.0
for trip in range(-warmups, trips):
    if trip == 0:
        begun = time.perf_counter()
    start = time.perf_counter()
    os.write(there_write, THERE)
    answered += len(os.read(back_read, 4096)) == len(BACK)
    if trip >= 0:
        took.append(time.perf_counter() - start)
seconds = time.perf_counter() - begun
os.close(there_write)
os.wait()
assert answered == trips + warmups
took.sort()
print(json.dumps({"p50us": took[trips // 2] * 1e6, "p99us": took[trips * 99 // 100] * 1e6, "perSecond": trips / seconds}))
