package io.inverseform.job.torch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Weights in the safetensors format: 8 bytes little-endian length, a JSON header with type, shape
 * and offsets by name, then the values. Parameters and buffers carry PyTorch's names.
 */
public final class Safetensors {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_HEADER = 100_000_000;

  private Safetensors() {}

  /**
   * Writes all parameters and buffers of a network.
   *
   * @param buffers values in place of the network's own running statistics, laid out as they are
   * @param metadata text by key, readable with the weights
   */
  public static void write(
      OutputStream out,
      FlatParameters parameters,
      FloatBuffer buffers,
      Map<String, String> metadata)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    metadata.forEach(header.putObject("__metadata__")::put);
    long offset = 0;
    for (FlatParameters.Slot slot : parameters.slots()) {
      ObjectNode entry = header.putObject(slot.name());
      entry.put("dtype", "F32");
      for (long side : slot.shape().getShape()) {
        entry.withArray("shape").add(side);
      }
      entry.withArray("data_offsets").add(offset).add(offset + 4L * slot.length());
      offset += 4L * slot.length();
    }
    byte[] json = JSON.writeValueAsBytes(header);
    // The format wants the values to start at a multiple of 8.
    int padded = (json.length + 7) / 8 * 8;
    byte[] text = java.util.Arrays.copyOf(json, padded);
    java.util.Arrays.fill(text, json.length, padded, (byte) ' ');
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).array());
    out.write(text);
    FloatBuffer weights = parameters.weights().host();
    for (FlatParameters.Slot slot : parameters.slots()) {
      out.write(bytes(slot.trained() ? weights : buffers, slot.offset(), slot.length()));
    }
  }

  private static byte[] bytes(FloatBuffer source, int offset, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(source.slice(offset, length));
    return bytes.array();
  }

  /**
   * Reads weights into a network; every parameter and buffer of it must be there, with its shape.
   *
   * @param source for messages
   * @throws IOException if the file is damaged, or its names and shapes are not the network's
   */
  public static void read(InputStream in, String source, FlatParameters parameters)
      throws IOException {
    try {
      read(new DataInputStream(in), source, parameters);
    } catch (EOFException e) {
      throw new IOException(source + " is truncated", e);
    }
    parameters.weights().toDevice(0, parameters.weights().length());
    parameters.buffers().toDevice(0, parameters.buffers().length());
  }

  /**
   * The text by key that {@link #write} was given; empty if there is none.
   *
   * @param source for messages
   * @throws IOException if the file is damaged
   */
  public static Map<String, String> metadata(InputStream in, String source) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    try {
      header(new DataInputStream(in), source)
          .path("__metadata__")
          .fields()
          .forEachRemaining(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
    } catch (EOFException e) {
      throw new IOException(source + " is truncated", e);
    }
    return metadata;
  }

  private static void read(DataInputStream data, String source, FlatParameters parameters)
      throws IOException {
    JsonNode header = header(data, source);
    requireSameNames(header, parameters, source);
    Map<Long, FlatParameters.Slot> byOffset = new TreeMap<>();
    for (FlatParameters.Slot slot : parameters.slots()) {
      JsonNode entry = header.get(slot.name());
      requireSameShape(entry, slot, source);
      byOffset.put(entry.get("data_offsets").get(0).asLong(), slot);
    }
    if (byOffset.size() < parameters.slots().size()) {
      throw new IOException(source + " has a damaged header: two arrays at the same place");
    }
    long position = 0;
    for (Map.Entry<Long, FlatParameters.Slot> entry : byOffset.entrySet()) {
      if (entry.getKey() < position) {
        throw new IOException(
            source
                + " has a damaged header: "
                + entry.getValue().name()
                + " begins at byte "
                + entry.getKey()
                + ", inside the array before");
      }
      data.skipNBytes(entry.getKey() - position);
      FlatParameters.Slot slot = entry.getValue();
      byte[] values = data.readNBytes(4 * slot.length());
      if (values.length < 4 * slot.length()) {
        throw new IOException(source + " is truncated inside " + slot.name());
      }
      position = entry.getKey() + values.length;
      FlatVector vector = slot.trained() ? parameters.weights() : parameters.buffers();
      vector
          .host()
          .position(slot.offset())
          .put(ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
    }
  }

  private static JsonNode header(DataInputStream data, String source) throws IOException {
    long claimed = Long.reverseBytes(data.readLong());
    if (claimed <= 0 || claimed > MAX_HEADER) {
      throw new IOException(
          source + " is no safetensors file: its header claims " + claimed + " bytes");
    }
    int length = (int) claimed;
    byte[] text = data.readNBytes(length);
    if (text.length < length) {
      throw new EOFException();
    }
    try {
      JsonNode header = JSON.readTree(new String(text, StandardCharsets.UTF_8));
      if (header != null && header.isObject()) {
        return header;
      }
    } catch (JsonProcessingException e) {
      throw new IOException(source + " has a damaged header: " + e.getOriginalMessage(), e);
    }
    throw new IOException(source + " has a damaged header");
  }

  private static void requireSameNames(JsonNode header, FlatParameters parameters, String source)
      throws IOException {
    TreeSet<String> missing = new TreeSet<>();
    TreeSet<String> unexpected = new TreeSet<>();
    header.fieldNames().forEachRemaining(unexpected::add);
    unexpected.remove("__metadata__");
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (!unexpected.remove(slot.name())) {
        missing.add(slot.name());
      }
    }
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new IOException(
          source
              + " does not fit the configured network: missing "
              + shortened(missing)
              + ", unexpected "
              + shortened(unexpected));
    }
  }

  private static String shortened(TreeSet<String> names) {
    int shown = 5;
    return names.size() <= shown
        ? names.toString()
        : names.stream().limit(shown).toList() + " and " + (names.size() - shown) + " more";
  }

  private static void requireSameShape(JsonNode entry, FlatParameters.Slot slot, String source)
      throws IOException {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("dtype", "F32");
    expected.put("shape", slot.shape().getShape());
    JsonNode wanted = JSON.valueToTree(expected);
    boolean same =
        wanted.get("dtype").equals(entry.get("dtype"))
            && wanted.get("shape").toString().equals(String.valueOf(entry.get("shape")))
            && entry.path("data_offsets").size() == 2;
    if (!same) {
      throw new IOException(
          source + ": " + slot.name() + " is " + entry + ", the network has " + wanted);
    }
  }
}
