"""Pavio's features and training on Apache Spark 3.5 or later, by spark-submit or as an AWS Glue job.

This driver only moves rows and starts processes: whatever is computed, is computed by the bundle that Node runs, which is
the code that runs everywhere else. infra/glue/README.md says how to start it.
"""

import argparse
import json
import os
import subprocess
import tempfile
import threading
import time

from pyspark import SparkFiles, TaskContext
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

CANDLES = "time LONG, open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volumefrom DOUBLE, volumeto DOUBLE"
STDERR_TAIL = 4000


class Node:
    """Starts the bundle in Node: on the driver, and in tasks, to which this travels."""

    def __init__(self, node, bundle, environment, patience):
        self.node, self.bundle, self.environment, self.patience = node, bundle, environment, patience

    def start(self, command, *arguments, stderr):
        argv = [SparkFiles.get(self.node), SparkFiles.get(self.bundle), command, *arguments]
        environment = {**os.environ, **self.environment}
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=stderr, env=environment)

    def ask(self, command, question):
        """What the command answers to a question, both as JSON."""
        with tempfile.TemporaryFile() as stderr:
            process = self.start(command, stderr=stderr)
            try:
                answer, _ = process.communicate(json.dumps(question).encode(), timeout=self.patience)
            except subprocess.TimeoutExpired:
                raise RuntimeError(f"node {command} took longer than {self.patience} s and was ended") from None
            finally:
                process.kill()
                process.wait()
            check(command, process.returncode, stderr)
            return json.loads(answer)

    def stream(self, command, argument, batches):
        """The record batches that the command makes of these."""
        import pyarrow as pa

        first = next(batches, None)
        if first is None:
            return
        with tempfile.TemporaryFile() as stderr:
            process = self.start(command, argument, stderr=stderr)
            # When rows last went in or came out; and whether there were rows to go in, and somebody to take them.
            state = {"moved": time.monotonic(), "fed": True, "wanted": True, "hung": False, "failure": None}

            def feed():
                try:
                    with process.stdin, pa.ipc.new_stream(process.stdin, first.schema) as writer:
                        batch = first
                        while batch is not None:
                            writer.write_batch(batch)
                            state["fed"] = False
                            batch = next(batches, None)
                            state.update(fed=True, moved=time.monotonic())
                except BrokenPipeError:
                    pass  # Node has died, and its exit code says how.
                except BaseException as failure:  # of the rows that should have come
                    state["failure"] = failure
                    process.kill()

            def watch():
                while process.poll() is None:
                    still = time.monotonic() - state["moved"]
                    if state["fed"] and state["wanted"] and still > self.patience:
                        state["hung"] = True
                        process.kill()
                    time.sleep(min(1, self.patience / 4))

            threads = [threading.Thread(target=work, daemon=True) for work in (feed, watch)]
            for thread in threads:
                thread.start()
            broken = None
            try:
                try:
                    for batch in pa.ipc.open_stream(process.stdout):
                        state["wanted"] = False
                        yield batch
                        state.update(wanted=True, moved=time.monotonic())
                except (pa.ArrowInvalid, OSError) as failure:
                    broken = failure  # As a rule because Node broke off, which says why.
                code = process.wait()
                if state["hung"]:
                    raise RuntimeError(f"node {command} did nothing for {self.patience} s and was ended")
                if state["failure"] is not None:
                    raise state["failure"]
                check(command, code, stderr)
                if broken is not None:
                    raise broken
            finally:
                process.kill()
                process.wait()


def check(command, code, stderr):
    if code == 0:
        return
    size = stderr.seek(0, os.SEEK_END)
    stderr.seek(max(0, size - STDERR_TAIL))
    how = f"was ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
    raise RuntimeError(f"node {command} {how}: {stderr.read().decode(errors='replace').strip()}")


def compute_features(spark, node, lake, pipeline):
    plan = node.ask("plan", pipeline)
    if not plan["series"]:
        return {"key": None, "reason": "The latest features are of these very candles."}
    market = json.dumps({name: plan[name] for name in ("source", "quote", "interval")})
    # .../<SYMBOL>-<QUOTE>/<period>.csv
    pair = "substring_index(substring_index(_metadata.file_path, '/', -2), '/', 1)"
    symbol = f"left({pair}, length({pair}) - {len(plan['quote']) + 1})"
    candles = (
        spark.read.csv(
            [f"{lake}/{folder}" for folder in plan["series"]],
            schema=CANDLES,
            header=True,
            enforceSchema=False,
            mode="FAILFAST",
        )
        .withColumn("symbol", F.expr(symbol))
        .withColumn("time", (F.col("time") * 1000).cast("double"))
        .where(F.col("time") <= plan["newest"])
        .select("symbol", "time", "open", "high", "low", "close", F.col("volumefrom").alias("volume"))
    )
    doubles = ", ".join(f"`{name}` DOUBLE" for name in ["close", *plan["columns"]])
    (
        candles.repartition("symbol")
        .sortWithinPartitions("symbol", "time")
        .mapInArrow(lambda batches: node.stream("kernel", market, batches), f"symbol STRING, time TIMESTAMP, {doubles}")
        .write.mode("append")
        # Of a hundred columns of doubles hardly any repeats: dictionaries would be made to be thrown away.
        .option("parquet.enable.dictionary", "false")
        .parquet(f"{lake}/{plan['folder']}")
    )
    return node.ask("publish", plan)


def fit_all(spark, node, command, question):
    """What came of a training or a search, once tasks have made all the fits that it asks for, round after round."""
    made = set()
    while True:
        outcome = node.ask(command, question)
        orders = outcome.get("missing")
        if orders is None:
            return outcome
        keys = {order["key"] for order in orders}
        if keys <= made:
            raise RuntimeError(f"fits are missing that should be there: {sorted(keys)}")
        made |= keys
        tasks = spark.sparkContext.parallelize(orders, len(orders))
        tasks.foreach(lambda order: node.ask("fit", {**order, "threads": TaskContext.get().cpus()}))


def open_spark(step, lake):
    builder = SparkSession.builder.appName(f"pavio {step}")
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS",
        "spark.sql.parquet.compression.codec": "snappy",
        # A day of minutes is a file of 100 kB: as many go into one task as there is work for.
        "spark.sql.files.openCostInBytes": "262144",
        # Features take many times the bytes of their candles: a part that a reader can hold is made of few of them.
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": "16m",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    }
    if "://" not in lake:
        # The usual one writes a checksum beside every file.
        settings["spark.hadoop.fs.file.impl"] = "org.apache.hadoop.fs.RawLocalFileSystem"
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def address(spark, place):
    """A folder, a file or the lake as Spark names it: where s3:// is not known (it is on Glue and EMR), s3a:// is."""
    if "://" not in place:
        return f"file://{os.path.abspath(place)}"
    is_native = spark.sparkContext._jsc.hadoopConfiguration().get("fs.s3.impl") is not None
    return place if is_native else place.replace("s3://", "s3a://", 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--step", required=True, choices=["features", "train", "tune"])
    parser.add_argument("--lake", required=True, help="a folder that all machines see, or s3://bucket/prefix")
    parser.add_argument("--node", required=True, help="the program node, version 24, as a file or s3://...; brought to all machines")
    parser.add_argument("--bundle", required=True, help="pavio_spark.mjs, made by: node infra/glue/build.ts")
    parser.add_argument("--input", type=json.loads, default={}, help="JSON: source and quote, where they are known; of tune, trials and models")
    parser.add_argument("--environment", type=json.loads, default={}, help="JSON: settings, as environment variables")
    parser.add_argument("--patience", type=float, default=3600, help="seconds until a process that hangs is ended")
    arguments, _ = parser.parse_known_args()  # Glue adds its own

    lake = arguments.lake.rstrip("/") if "://" in arguments.lake else os.path.abspath(arguments.lake)
    spark = open_spark(arguments.step, lake)
    for file in (arguments.node, arguments.bundle):
        spark.sparkContext.addFile(address(spark, file))
    names = [os.path.basename(file) for file in (arguments.node, arguments.bundle)]
    node = Node(*names, {**arguments.environment, "PAVIO_LAKE": lake}, arguments.patience)
    if arguments.step == "features":
        outcome = compute_features(spark, node, address(spark, lake), arguments.input)
    else:
        outcome = fit_all(spark, node, arguments.step, arguments.input)
    print(json.dumps(outcome))
    spark.stop()


if __name__ == "__main__":
    main()
