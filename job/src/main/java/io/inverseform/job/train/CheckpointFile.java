package io.inverseform.job.train;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One rank's file of a checkpoint: its shard's weights, its shard's momentum, its own buffers;
 * float32, little-endian.
 */
final class CheckpointFile {
  private static final int CHUNK = 1 << 16;

  private final FileSystem fileSystem;
  private final Path path;

  CheckpointFile(FileSystem fileSystem, Path path) {
    this.fileSystem = fileSystem;
    this.path = path;
  }

  /** Bytes of a rank's file. */
  static long bytes(Checkpoints.State state) {
    return (long) Float.BYTES * (2L * state.momentum().length + state.buffers().capacity());
  }

  /**
   * Writes it.
   *
   * @throws IOException if that is not possible; what was written is taken away
   */
  Checkpoints.Part write(Checkpoints.State state) throws IOException {
    CRC32C crc = new CRC32C();
    int length = state.momentum().length;
    try (OutputStream out = new CheckedOutputStream(fileSystem.create(path, true), crc)) {
      write(out, state.weights().slice(state.offset(), length));
      write(out, FloatBuffer.wrap(state.momentum()));
      write(out, state.buffers().duplicate().clear());
    } catch (IOException | FSError e) {
      IOException failure = e instanceof IOException io ? io : unwrapped((FSError) e);
      remove(failure);
      throw failure;
    }
    return new Checkpoints.Part(
        state.rank(), path.getName(), state.offset(), length, bytes(state), crc.getValue());
  }

  /** Local disks fail with an error that carries the exception. */
  static IOException unwrapped(FSError e) {
    return e.getCause() instanceof IOException cause ? cause : new IOException(e);
  }

  private void remove(IOException failure) {
    try {
      fileSystem.delete(path, false);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
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

  /**
   * Reads it: all of its weights, and what of its momentum is of the state's shard.
   *
   * @param buffers filled with the rank's own
   * @throws DamagedException if it is not what was written
   */
  void read(Checkpoints.Part part, Checkpoints.State state, float[] buffers) throws IOException {
    checked(
        part,
        in -> {
          float[] shard = new float[part.length()];
          read(in, shard);
          state.weights().put(part.offset(), shard);
          read(in, shard);
          int from = Math.max(part.offset(), state.offset());
          int to =
              Math.min(part.offset() + part.length(), state.offset() + state.momentum().length);
          if (from < to) {
            System.arraycopy(
                shard, from - part.offset(), state.momentum(), from - state.offset(), to - from);
          }
          read(in, buffers);
        });
  }

  /**
   * Reads it whole to see whether it is what was written.
   *
   * @throws DamagedException if it is not
   */
  void verify(Checkpoints.Part part) throws IOException {
    checked(part, in -> in.skipNBytes(part.bytes()));
  }

  private interface Content {
    void read(DataInputStream in) throws IOException;
  }

  private void checked(Checkpoints.Part part, Content content) throws IOException {
    CRC32C crc = new CRC32C();
    try (InputStream file = fileSystem.open(path);
        DataInputStream in = new DataInputStream(new CheckedInputStream(file, crc))) {
      content.read(in);
    } catch (EOFException e) {
      throw new DamagedException(path, "ends before its " + part.bytes() + " bytes", e);
    } catch (FileNotFoundException e) {
      throw new DamagedException(path, "is missing", e);
    } catch (ChecksumException e) {
      throw new DamagedException(path, "is not what was written: " + e.getMessage(), e);
    }
    if (crc.getValue() != part.crc32c()) {
      throw new DamagedException(
          path, "has CRC-32C " + crc.getValue() + ", the manifest says " + part.crc32c(), null);
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
