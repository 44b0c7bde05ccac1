package io.inverseform.job.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads event files of TensorBoard, checksums included, with nothing of what writes them. */
public final class EventFileReader {
  private EventFileReader() {}

  /**
   * An event.
   *
   * @param version of the file, in its first event; null in others
   * @param session status of a session log; 0 in others
   * @param scalars by tag
   */
  public record Event(
      double wallTime, long step, String version, long session, Map<String, Float> scalars) {}

  /** All events of a file. */
  public static List<Event> read(Path file) throws IOException {
    return read(Files.readAllBytes(file));
  }

  static List<Event> read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = take(in, 8);
      assertThat(in.getInt()).as("checksum of a length").isEqualTo(masked(length));
      byte[] data =
          take(in, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      assertThat(in.getInt()).as("checksum of an event").isEqualTo(masked(data));
      events.add(event(ByteBuffer.wrap(data)));
    }
    return events;
  }

  private static Event event(ByteBuffer message) {
    Map<Integer, List<Object>> fields = fields(message);
    Map<String, Float> scalars = new LinkedHashMap<>();
    if (fields.containsKey(5)) {
      for (Object value : fields((ByteBuffer) fields.get(5).get(0)).get(1)) {
        Map<Integer, List<Object>> scalar = fields((ByteBuffer) value);
        scalars.put(text(scalar.get(1)), Float.intBitsToFloat((Integer) scalar.get(2).get(0)));
      }
    }
    return new Event(
        Double.longBitsToDouble((Long) fields.get(1).get(0)),
        (Long) fields.get(2).get(0),
        fields.containsKey(3) ? text(fields.get(3)) : null,
        fields.containsKey(7) ? (Long) fields((ByteBuffer) fields.get(7).get(0)).get(1).get(0) : 0,
        scalars);
  }

  private static String text(List<Object> values) {
    return StandardCharsets.UTF_8.decode((ByteBuffer) values.get(0)).toString();
  }

  /** Values by number of the field: Long of varints and 64 bits, Integer of 32, bytes of others. */
  private static Map<Integer, List<Object>> fields(ByteBuffer message) {
    ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, List<Object>> fields = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      long key = varint(in);
      Object value =
          switch ((int) (key & 7)) {
            case 0 -> (Object) varint(in);
            case 1 -> in.getLong();
            case 2 -> ByteBuffer.wrap(take(in, (int) varint(in)));
            case 5 -> in.getInt();
            default -> throw new AssertionError("wire type of key " + key);
          };
      fields.computeIfAbsent((int) (key >> 3), number -> new ArrayList<>()).add(value);
    }
    return fields;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] taken = new byte[length];
    in.get(taken);
    return taken;
  }

  private static int masked(byte[] bytes) {
    int crc = ~0;
    for (byte next : bytes) {
      crc ^= next & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ (crc & 1) * 0x82F63B78;
      }
    }
    crc = ~crc;
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }
}
