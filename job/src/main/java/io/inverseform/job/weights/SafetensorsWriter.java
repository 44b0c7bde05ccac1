package io.inverseform.job.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors of float32, one tensor in memory at a time. */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHUNK = 1 << 16;

  private SafetensorsWriter() {}

  /** The values of a tensor, asked for when they are written. */
  @FunctionalInterface
  public interface Values {
    /** Row-major, from the position to the limit. */
    FloatBuffer read() throws IOException;
  }

  /** A tensor to write. */
  public record Entry(String name, List<Long> shape, Values values) {
    private long length() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /**
   * Writes a file.
   *
   * @param metadata text by key, readable with the weights
   * @throws IOException if a tensor's values cannot be read, or are not as many as its shape says
   */
  public static void write(OutputStream out, List<Entry> entries, Map<String, String> metadata)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    // The same bytes whatever map it is.
    new TreeMap<>(metadata).forEach(header.putObject(SafetensorsHeader.METADATA)::put);
    long offset = 0;
    for (Entry entry : entries) {
      ObjectNode node = header.putObject(entry.name());
      node.put("dtype", ElementType.F32.name());
      node.putArray("shape");
      entry.shape().forEach(node.withArray("shape")::add);
      long end = offset + Float.BYTES * entry.length();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = JSON.writeValueAsBytes(header);
    // The format wants the values to start at a multiple of 8.
    String padding = " ".repeat(-json.length & 7);
    long length = json.length + padding.length();
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    out.write(json);
    out.write(padding.getBytes(StandardCharsets.US_ASCII));
    for (Entry entry : entries) {
      FloatBuffer values = entry.values().read().duplicate();
      if (values.remaining() != entry.length()) {
        throw new IOException(
            "%s has %d values, its shape is %s"
                .formatted(entry.name(), values.remaining(), entry.shape()));
      }
      write(out, values);
    }
  }

  private static void write(OutputStream out, FloatBuffer values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      int count = Math.min(CHUNK, values.remaining());
      bytes.asFloatBuffer().put(values.slice().limit(count));
      values.position(values.position() + count);
      out.write(bytes.array(), 0, count * Float.BYTES);
    }
  }
}
