package io.inverseform.job.watch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.inverseform.job.config.StepRange;
import io.inverseform.job.dataset.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one rank does in a few steps, in the event format of Chrome's tracing, which Perfetto reads
 * too. Times are microseconds of the host's wall clock, so that the ranks' files have one axis, as
 * exactly as their hosts' clocks agree. Outside of those steps it costs a comparison a call. A file
 * that cannot be written is a warning: watching ends no run.
 */
public final class Trace implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trace.class);

  private final StepRange steps;
  private final int rank;
  private final String host;
  private final FileSystem fileSystem;
  private final Path file;
  private final List<Event> events = new ArrayList<>();

  /** Whether the worker's thread is in a traced step. */
  private boolean recording;

  /** Whether transfers are taken, which can end after their step. */
  private volatile boolean running;

  private long wallMicros;
  private long wallNanos;
  private int transfers;

  /**
   * @param kind of the format: B and E begin and end what nests, b and e what overlaps
   * @param id tells overlapping events apart; 0 for others
   */
  private record Event(char kind, String name, long nanos, int id, String detail) {}

  /**
   * A trace; nothing is written if none of its steps is run.
   *
   * @param host of the rank
   */
  public Trace(StepRange steps, int rank, String host, FileSystem fileSystem, Path file) {
    this.steps = steps;
    this.rank = rank;
    this.host = host;
    this.fileSystem = fileSystem;
    this.file = file;
  }

  /**
   * A step begins. The file is written when one more step has ended behind the traced ones: by then
   * peers have confirmed what they were sent.
   */
  void begin(long step) {
    recording = steps.contains(step);
    if (recording) {
      start();
    } else if (step > steps.last() + 1) {
      close();
    }
  }

  private synchronized void start() {
    if (!running) {
      wallMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
      wallNanos = System.nanoTime();
      running = true;
    }
  }

  /** Something begins on the worker's thread, within what is open. */
  void open(String name, long nanos) {
    if (recording) {
      add(new Event('B', name, nanos, 0, ""));
    }
  }

  /** What was opened last ends. */
  void close(long nanos) {
    if (recording) {
      add(new Event('E', "", nanos, 0, ""));
    }
  }

  /**
   * Something was under way beside the worker's thread. Called by any thread.
   *
   * @param name of its track
   * @param startNanos by {@link System#nanoTime}
   * @param endNanos by {@link System#nanoTime}
   */
  public void transfer(String name, String detail, long startNanos, long endNanos) {
    if (running) {
      synchronized (this) {
        transfers++;
        add(new Event('b', name, startNanos, transfers, detail));
        add(new Event('e', name, endNanos, transfers, ""));
      }
    }
  }

  private synchronized void add(Event event) {
    events.add(event);
  }

  /** Writes what was recorded. */
  @Override
  public synchronized void close() {
    if (!running) {
      return;
    }
    running = false;
    try {
      WholeFile.write(fileSystem, file, this::write);
      LOG.info("the trace of rank {} is in {}", rank, file);
    } catch (IOException e) {
      LOG.warn("the trace of rank {} cannot be written to {}", rank, file, e);
    }
    events.clear();
  }

  private void write(OutputStream out) throws IOException {
    JsonFactory leavesOpen = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    try (JsonGenerator json = leavesOpen.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ms");
      json.writeArrayFieldStart("traceEvents");
      writeName(json, "process_name", "rank " + rank + " (" + host + ")");
      writeName(json, "thread_name", "worker");
      for (Event event : events) {
        write(json, event);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private void write(JsonGenerator json, Event event) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", String.valueOf(event.kind()));
    json.writeNumberField("ts", wallMicros + (event.nanos() - wallNanos) / 1000);
    json.writeNumberField("pid", rank);
    json.writeNumberField("tid", 0);
    if (!event.name().isEmpty()) {
      json.writeStringField("name", event.name());
    }
    if (event.id() > 0) {
      json.writeStringField("cat", "exchange");
      json.writeNumberField("id", event.id());
    }
    if (!event.detail().isEmpty()) {
      json.writeObjectFieldStart("args");
      json.writeStringField("range", event.detail());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void writeName(JsonGenerator json, String what, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeNumberField("pid", rank);
    json.writeNumberField("tid", 0);
    json.writeStringField("name", what);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }
}
