package io.inverseform.job.train;

import io.inverseform.job.allreduce.Rounding;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One rank's file of a checkpoint: its shard's weights, its optimiser's vectors, its own buffers,
 * their moving averages where weights have one, and its shard's master weights where the exchange
 * rounds; float32, little-endian. The residual of such a rank is in a file beside, of interest to
 * nobody else.
 */
final class CheckpointFile {
  private static final int CHUNK = 1 << 16;

  private final FileSystem fileSystem;
  private final Path path;

  CheckpointFile(FileSystem fileSystem, Path path) {
    this.fileSystem = fileSystem;
    this.path = path;
  }

  /** Bytes of a rank's files. */
  static long bytes(Checkpoints.Written state) {
    return mainBytes(state) + (long) Float.BYTES * state.residual().length;
  }

  private static long mainBytes(Checkpoints.Written state) {
    long ofShard = (1L + state.vectors().size()) * state.weights().length + state.master().length;
    return Float.BYTES * (ofShard + state.buffers().length + state.bufferEma().length);
  }

  /**
   * Writes it, and the residual where there is one.
   *
   * @throws IOException if that is not possible; what was written is taken away
   */
  Checkpoints.Part write(Checkpoints.Written state) throws IOException {
    long crc =
        checked(
            path,
            out -> {
              write(out, state.weights());
              for (float[] vector : state.vectors()) {
                write(out, vector);
              }
              write(out, state.buffers());
              write(out, state.bufferEma());
              write(out, state.master());
            });
    boolean rounds = state.master().length + state.residual().length > 0;
    Long ofResidual = rounds ? checked(residual(), out -> write(out, state.residual())) : null;
    return new Checkpoints.Part(
        state.rank(),
        path.getName(),
        state.offset(),
        state.weights().length,
        mainBytes(state),
        crc,
        state.optimizer(),
        ofResidual);
  }

  private Path residual() {
    return path.suffix(Checkpoints.Part.RESIDUAL);
  }

  private interface Output {
    void write(OutputStream out) throws IOException;
  }

  private long checked(Path to, Output content) throws IOException {
    CRC32C crc = new CRC32C();
    try (OutputStream out = new CheckedOutputStream(fileSystem.create(to, true), crc)) {
      content.write(out);
    } catch (IOException | FSError e) {
      IOException failure = e instanceof IOException io ? io : unwrapped((FSError) e);
      remove(path, failure);
      remove(residual(), failure);
      throw failure;
    }
    return crc.getValue();
  }

  /** Local disks fail with an error that carries the exception. */
  static IOException unwrapped(FSError e) {
    return e.getCause() instanceof IOException cause ? cause : new IOException(e);
  }

  private void remove(Path file, IOException failure) {
    try {
      fileSystem.delete(file, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static void write(OutputStream out, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < values.length; at += CHUNK) {
      int count = Math.min(CHUNK, values.length - at);
      bytes.asFloatBuffer().put(values, at, count);
      out.write(bytes.array(), 0, 4 * count);
    }
  }

  /**
   * Reads it: all of its weights, and what of its optimiser's vectors and master weights is of the
   * state's shard.
   *
   * @param buffers filled with the rank's own, and their moving averages if it has any
   * @throws DamagedException if it is not what was written
   */
  void read(Checkpoints.Part part, Checkpoints.State state, float[] buffers) throws IOException {
    checked(
        path,
        part.bytes(),
        part.crc32c(),
        in -> {
          float[] shard = new float[part.length()];
          read(in, shard);
          state.weights().put(part.offset(), shard);
          copy(part, shard, state, state.rounding().master());
          for (String name : part.optimizer().vectors()) {
            read(in, shard);
            float[] vector = state.optimizer().vector(name);
            if (vector != null) {
              copy(part, shard, state, vector);
            }
          }
          read(in, buffers);
          if (part.rounded()) {
            read(in, shard);
            copy(part, shard, state, state.rounding().master());
          }
        });
  }

  /** Copies what a part's shard and the rank's have in common. */
  private static void copy(
      Checkpoints.Part part, float[] shard, Checkpoints.State state, float[] into) {
    int from = Math.max(part.offset(), state.offset());
    int to = Math.min(part.offset() + part.length(), state.offset() + into.length);
    if (from < to) {
      System.arraycopy(shard, from - part.offset(), into, from - state.offset(), to - from);
    }
  }

  /**
   * Reads the residual, if the rank left one and needs one.
   *
   * @throws DamagedException if it is not what was written
   */
  void readResidual(Checkpoints.Part part, Rounding rounding) throws IOException {
    if (part.rounded() && rounding.active()) {
      float[] residual = rounding.residual();
      checked(
          residual(),
          (long) Float.BYTES * residual.length,
          part.residualCrc32c(),
          in -> read(in, residual));
    }
  }

  /**
   * Reads it whole to see whether it is what was written.
   *
   * @param residual floats left out, where the exchange rounds
   * @throws DamagedException if it is not
   */
  void verify(Checkpoints.Part part, int residual) throws IOException {
    checked(path, part.bytes(), part.crc32c(), in -> in.skipNBytes(part.bytes()));
    if (part.rounded()) {
      long bytes = (long) Float.BYTES * residual;
      checked(residual(), bytes, part.residualCrc32c(), in -> in.skipNBytes(bytes));
    }
  }

  private interface Input {
    void read(DataInputStream in) throws IOException;
  }

  private void checked(Path from, long bytes, long expected, Input content) throws IOException {
    CRC32C crc = new CRC32C();
    try (InputStream file = fileSystem.open(from);
        DataInputStream in = new DataInputStream(new CheckedInputStream(file, crc))) {
      content.read(in);
    } catch (EOFException e) {
      throw new DamagedException(from, "ends before its " + bytes + " bytes", e);
    } catch (FileNotFoundException e) {
      throw new DamagedException(from, "is missing", e);
    } catch (ChecksumException e) {
      throw new DamagedException(from, "is not what was written: " + e.getMessage(), e);
    }
    if (crc.getValue() != expected) {
      throw new DamagedException(
          from, "has CRC-32C " + crc.getValue() + ", the manifest says " + expected, null);
    }
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
