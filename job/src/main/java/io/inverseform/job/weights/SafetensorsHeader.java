package io.inverseform.job.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: 8 bytes little-endian length, JSON with type, shape and offsets
 * by name, then the values.
 */
final class SafetensorsHeader {
  /** Bytes by which the format is known. */
  static final int BEGIN = 9;

  static final String METADATA = "__metadata__";
  private static final int MAX_LENGTH = 1 << 24;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private final SourceFile source;
  private final long dataStart;
  private final List<StoredTensor> tensors = new ArrayList<>();
  private final List<Region> regions = new ArrayList<>();

  private SafetensorsHeader(SourceFile source, long dataStart) {
    this.source = source;
    this.dataStart = dataStart;
  }

  /** Whether a file that begins so means to be one. */
  static boolean begins(ByteBuffer bytes) {
    return bytes.remaining() == BEGIN
        && bytes.get(8) == '{'
        && bytes.getLong(0) > 0
        && bytes.getLong(0) <= MAX_LENGTH;
  }

  static Content read(SourceFile source) throws IOException {
    int length = (int) source.read(0, Long.BYTES).getLong();
    JsonNode root = json(source, StandardCharsets.UTF_8.decode(source.read(8, length)).toString());
    SafetensorsHeader header = new SafetensorsHeader(source, Long.BYTES + length);
    Map<String, String> metadata = new LinkedHashMap<>();
    root.path(METADATA)
        .fields()
        .forEachRemaining(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
    List<String> names = new ArrayList<>();
    root.fieldNames().forEachRemaining(names::add);
    names.remove(METADATA);
    for (String name : names) {
      header.add(name, root.get(name));
    }
    header.requireWhole();
    return new Content("safetensors", "", metadata, header.tensors);
  }

  private static JsonNode json(SourceFile source, String text) throws IOException {
    try {
      JsonNode root = JSON.readTree(text);
      if (root.isObject()) {
        return root;
      }
    } catch (JsonProcessingException e) {
      throw new IOException(source.name() + " has a damaged header: " + e.getOriginalMessage(), e);
    }
    throw source.damaged("its header is no object");
  }

  private void add(String name, JsonNode entry) throws IOException {
    String typeName = entry.path("dtype").asText();
    ElementType type =
        Arrays.stream(ElementType.values())
            .filter(candidate -> candidate.name().equals(typeName))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException(
                        "%s: %s has elements of type '%s'; known are %s"
                            .formatted(
                                source.name(),
                                name,
                                typeName,
                                Arrays.toString(ElementType.values()))));
    List<Long> offsets = numbers(name, entry.path("data_offsets"));
    List<Long> shape = numbers(name, entry.path("shape"));
    if (offsets.size() != 2 || offsets.get(0) < 0 || offsets.get(1) < offsets.get(0)) {
      throw source.damaged("%s lies at %s".formatted(name, offsets));
    }
    long length = offsets.get(1) - offsets.get(0);
    Region region = new Region(name, dataStart + offsets.get(0), length);
    StoredTensor tensor = new StoredTensor(source, name, type, shape, rowMajor(shape), region, 0);
    if (length != (long) tensor.length() * type.width()) {
      throw source.damaged("%s, %s, has %d bytes".formatted(name, tensor, length));
    }
    tensors.add(tensor);
    regions.add(region);
  }

  private List<Long> numbers(String name, JsonNode list) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : list) {
      if (!number.isIntegralNumber() || !number.canConvertToLong()) {
        throw source.damaged("%s has a shape or offsets of %s".formatted(name, number));
      }
      numbers.add(number.asLong());
    }
    return numbers;
  }

  private static List<Long> rowMajor(List<Long> shape) {
    Long[] strides = new Long[shape.size()];
    long stride = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      strides[i] = stride;
      // What overflows has too many elements, which is found from the shape.
      stride *= Math.max(1, shape.get(i));
    }
    return Arrays.asList(strides);
  }

  /** The arrays lie one behind the other and fill the file. */
  private void requireWhole() throws IOException {
    regions.sort(Comparator.comparingLong(Region::position).thenComparingLong(Region::length));
    long position = dataStart;
    for (Region region : regions) {
      if (region.position() != position) {
        throw source.damaged(
            "%s begins at byte %d, the array before ends at %d"
                .formatted(region.name(), region.position(), position));
      }
      position += region.length();
    }
    if (position != source.length()) {
      throw source.length() < position
          ? source.truncated("%d as its header says".formatted(position))
          : source.damaged(
              "%d bytes follow on the last array".formatted(source.length() - position));
    }
  }
}
