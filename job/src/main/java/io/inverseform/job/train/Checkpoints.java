package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.job.dataset.WholeFile;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The checkpoints of a run: a folder a step, a file a rank, and a manifest written last, by the
 * driver, which makes the checkpoint visible.
 */
final class Checkpoints {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String PREFIX = "step-";
  private static final String MANIFEST = "manifest.json";
  private static final int CHUNK = 1 << 16;

  private final FileSystem fileSystem;
  private final Path folder;

  /**
   * What a checkpoint consists of.
   *
   * @param step after which it was taken
   * @param weights floats of the flat weights
   * @param buffers floats of a rank's flat buffers
   */
  record Manifest(long step, int weights, int buffers, List<Part> parts) {
    /** The manifest of all ranks' files. */
    static Manifest of(long step, List<Part> parts) {
      List<Part> byRank = parts.stream().sorted(Comparator.comparingInt(Part::rank)).toList();
      int weights = byRank.stream().mapToInt(Part::length).sum();
      Part first = byRank.get(0);
      long ofShard = (first.rounded() ? 3L : 2L) * first.length();
      int buffers = Math.toIntExact(first.bytes() / Float.BYTES - ofShard);
      return new Manifest(step, weights, buffers, byRank);
    }
  }

  /**
   * One rank's file: its shard's weights, its shard's momentum, its own buffers, and its shard's
   * master weights where the exchange rounds; float32, little-endian. The residual of such a rank
   * is in a file beside, of interest to nobody else.
   *
   * @param offset first float of the shard
   * @param length floats of the shard
   * @param residualCrc32c of the file beside; null where the exchange does not round
   */
  record Part(
      int rank,
      String file,
      int offset,
      int length,
      long bytes,
      long crc32c,
      @JsonInclude(JsonInclude.Include.NON_NULL) Long residualCrc32c) {
    boolean rounded() {
      return residualCrc32c != null;
    }

    String residualFile() {
      return file + ".residual";
    }
  }

  /** What a rank holds, as views that are read or written. */
  record State(
      int rank,
      int offset,
      FloatBuffer weights,
      float[] momentum,
      FloatBuffer buffers,
      Rounding rounding) {
    /** Of a rank whose exchange does not round. */
    State(int rank, int offset, FloatBuffer weights, float[] momentum, FloatBuffer buffers) {
      this(
          rank,
          offset,
          weights,
          momentum,
          buffers,
          Rounding.of(Wire.FLOAT32, 1, new FloatRange(0, 0), 0));
    }
  }

  Checkpoints(FileSystem fileSystem, Path folder) {
    this.fileSystem = fileSystem;
    this.folder = folder;
  }

  private Path folder(long step) {
    return new Path(folder, "%s%08d".formatted(PREFIX, step));
  }

  /** Writes one rank's file; not visible before {@link #publish}. */
  Part write(long step, State state) throws IOException {
    String name = "rank-%05d.bin".formatted(state.rank());
    CRC32C crc = new CRC32C();
    int length = state.momentum().length;
    try (OutputStream out =
        new CheckedOutputStream(fileSystem.create(new Path(folder(step), name), true), crc)) {
      write(out, state.weights().slice(state.offset(), length));
      write(out, FloatBuffer.wrap(state.momentum()));
      write(out, state.buffers().duplicate().clear());
      write(out, FloatBuffer.wrap(state.rounding().master()));
    }
    long bytes = 4L * (2L * length + state.buffers().capacity() + state.rounding().master().length);
    Part part = new Part(state.rank(), name, state.offset(), length, bytes, crc.getValue(), null);
    return state.rounding().active() ? withResidual(step, part, state.rounding()) : part;
  }

  private Part withResidual(long step, Part part, Rounding rounding) throws IOException {
    CRC32C crc = new CRC32C();
    Path file = new Path(folder(step), part.residualFile());
    try (OutputStream out = new CheckedOutputStream(fileSystem.create(file, true), crc)) {
      write(out, FloatBuffer.wrap(rounding.residual()));
    }
    return new Part(
        part.rank(),
        part.file(),
        part.offset(),
        part.length(),
        part.bytes(),
        part.crc32c(),
        crc.getValue());
  }

  private static void write(OutputStream out, FloatBuffer values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      int count = Math.min(CHUNK, values.remaining());
      bytes.asFloatBuffer().put(values.slice(values.position(), count));
      values.position(values.position() + count);
      out.write(bytes.array(), 0, 4 * count);
    }
  }

  /** Makes a checkpoint visible whose files have all been written. */
  void publish(Manifest manifest) throws IOException {
    WholeFile.write(
        fileSystem,
        new Path(folder(manifest.step()), MANIFEST),
        out -> out.write(JSON.writeValueAsBytes(manifest)));
  }

  /** Step of the newest visible checkpoint. */
  Optional<Long> newest() throws IOException {
    return visible().stream().findFirst();
  }

  /** The manifest of a visible checkpoint. */
  Manifest read(long step) throws IOException {
    Path file = new Path(folder(step), MANIFEST);
    try (InputStream in = fileSystem.open(file)) {
      return JSON.readValue(in, Manifest.class);
    } catch (JacksonException e) {
      throw new IOException(
          file + " is damaged; delete its folder to resume from the checkpoint before", e);
    }
  }

  /** Deletes all visible checkpoints but the newest ones. */
  void keep(int count) throws IOException {
    for (long step : visible().stream().skip(count).toList()) {
      fileSystem.delete(folder(step), true);
    }
  }

  private List<Long> visible() throws IOException {
    List<Long> steps = new ArrayList<>();
    try {
      for (FileStatus child : fileSystem.listStatus(folder)) {
        String name = child.getPath().getName();
        if (name.startsWith(PREFIX) && fileSystem.exists(new Path(child.getPath(), MANIFEST))) {
          steps.add(Long.parseLong(name.substring(PREFIX.length())));
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    steps.sort(Comparator.reverseOrder());
    return steps;
  }

  /**
   * Fills a rank's state: all weights, its shard's momentum, and its own buffers, or the mean of
   * all ranks' if the number of workers has changed. Where the exchange rounds, its shard's master
   * weights, and its residual, or none if the number of workers has changed; where it did not
   * before, it begins with the weights.
   *
   * @throws IOException if a file is missing, truncated or damaged, naming it
   * @throws UnrecoverableException if it is of another network
   */
  void restore(Manifest manifest, int worldSize, State state) throws IOException {
    requireFit(manifest, state);
    state.rounding().drop();
    double[] mean = new double[manifest.buffers()];
    for (Part part : manifest.parts()) {
      float[] buffers = readPart(manifest, part, state);
      boolean own = part.rank() == state.rank() && manifest.parts().size() == worldSize;
      if (own) {
        state.buffers().put(0, buffers);
        readResidual(manifest, part, state.rounding());
      }
      for (int i = 0; i < mean.length; i++) {
        mean[i] += buffers[i] / (double) manifest.parts().size();
      }
    }
    if (manifest.parts().size() != worldSize) {
      for (int i = 0; i < mean.length; i++) {
        state.buffers().put(i, (float) mean[i]);
      }
    }
  }

  private void requireFit(Manifest manifest, State state) throws IOException {
    if (manifest.weights() != state.weights().capacity()
        || manifest.buffers() != state.buffers().capacity()) {
      throw new UnrecoverableException(
          "checkpoint "
              + folder(manifest.step())
              + " holds "
              + manifest.weights()
              + " weights and "
              + manifest.buffers()
              + " buffer values, the configured network has "
              + state.weights().capacity()
              + " and "
              + state.buffers().capacity());
    }
  }

  private float[] readPart(Manifest manifest, Part part, State state) throws IOException {
    Path file = new Path(folder(manifest.step()), part.file());
    CRC32C crc = new CRC32C();
    float[] buffers = new float[manifest.buffers()];
    try (DataInputStream in =
        new DataInputStream(new CheckedInputStream(fileSystem.open(file), crc))) {
      float[] shard = new float[part.length()];
      read(in, shard);
      state.weights().put(part.offset(), shard);
      copy(part, shard, state, state.rounding().master());
      read(in, shard);
      copy(part, shard, state, state.momentum());
      read(in, buffers);
      if (part.rounded()) {
        read(in, shard);
        copy(part, shard, state, state.rounding().master());
      }
    } catch (EOFException e) {
      throw damaged(file, "ends before its " + part.bytes() + " bytes", e);
    } catch (FileNotFoundException e) {
      throw damaged(file, "is missing", e);
    }
    requireCrc(file, crc.getValue(), part.crc32c());
    return buffers;
  }

  /** Copies what a part's shard and the rank's have in common. */
  private static void copy(Part part, float[] shard, State state, float[] into) {
    int from = Math.max(part.offset(), state.offset());
    int to = Math.min(part.offset() + part.length(), state.offset() + into.length);
    if (from < to) {
      System.arraycopy(shard, from - part.offset(), into, from - state.offset(), to - from);
    }
  }

  private void readResidual(Manifest manifest, Part part, Rounding rounding) throws IOException {
    if (!part.rounded() || !rounding.active()) {
      return;
    }
    Path file = new Path(folder(manifest.step()), part.residualFile());
    CRC32C crc = new CRC32C();
    try (DataInputStream in =
        new DataInputStream(new CheckedInputStream(fileSystem.open(file), crc))) {
      read(in, rounding.residual());
    } catch (EOFException e) {
      throw damaged(file, "ends before its " + 4L * rounding.residual().length + " bytes", e);
    } catch (FileNotFoundException e) {
      throw damaged(file, "is missing", e);
    }
    requireCrc(file, crc.getValue(), part.residualCrc32c());
  }

  private static void requireCrc(Path file, long crc, long expected) throws IOException {
    if (crc != expected) {
      throw damaged(file, "has CRC-32C " + crc + ", the manifest says " + expected, null);
    }
  }

  private static IOException damaged(Path file, String how, IOException cause) {
    return new IOException(
        "checkpoint file "
            + file
            + " "
            + how
            + "; delete its folder to resume from the checkpoint before",
        cause);
  }

  private static void read(DataInputStream in, float[] values) throws IOException {
    byte[] bytes = new byte[4 * CHUNK];
    for (int at = 0; at < values.length; ) {
      int count = Math.min(CHUNK, values.length - at);
      in.readFully(bytes, 0, 4 * count);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values, at, count);
      at += count;
    }
  }
}
