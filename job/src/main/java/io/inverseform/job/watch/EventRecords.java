package io.inverseform.job.watch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The bytes of TensorBoard's event files, as far as scalars need them: each record is a protocol
 * buffer {@code tensorflow.Event} in TensorFlow's record format, which is its length and bytes,
 * each with a checksum behind it.
 */
final class EventRecords {
  /** Numbers of the fields of event.proto and summary.proto. */
  private static final int WALL_TIME = 1;

  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;
  private static final int SESSION_STATUS = 1;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;

  /** What a session log says when a run goes on from a step. */
  private static final int SESSION_START = 1;

  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private EventRecords() {}

  /** The first record of a file. */
  static byte[] version(double wallTime) {
    return event(wallTime, 0, FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
  }

  /** Says that what other files tell of this step and later ones is void. */
  static byte[] start(double wallTime, long step) {
    Message log = new Message().varint(SESSION_STATUS, SESSION_START);
    return event(wallTime, step, SESSION_LOG, log.bytes());
  }

  /**
   * Scalars of a step.
   *
   * @param wallTime seconds since 1970
   * @param values by tag
   */
  static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
    Message summary = new Message();
    values.forEach(
        (tag, value) ->
            summary.bytes(
                SUMMARY_VALUE,
                new Message()
                    .bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8))
                    .float32(VALUE_SIMPLE, value.floatValue())
                    .bytes()));
    return event(wallTime, step, SUMMARY, summary.bytes());
  }

  private static byte[] event(double wallTime, long step, int what, byte[] content) {
    return record(
        new Message().float64(WALL_TIME, wallTime).varint(STEP, step).bytes(what, content).bytes());
  }

  private static byte[] record(byte[] data) {
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length).putInt(checksum(record.array(), Long.BYTES));
    return record.put(data).putInt(checksum(data, data.length)).array();
  }

  /** CRC-32C, rotated and shifted by a constant: data that holds checksums gets another one. */
  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  /** A protocol buffer that is written field by field. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      key(field, VARINT);
      varint(value);
      return this;
    }

    Message float64(int field, double value) {
      key(field, FIXED_64);
      out.writeBytes(littleEndian(Double.BYTES).putDouble(value).array());
      return this;
    }

    Message float32(int field, float value) {
      key(field, FIXED_32);
      out.writeBytes(littleEndian(Float.BYTES).putFloat(value).array());
      return this;
    }

    Message bytes(int field, byte[] value) {
      key(field, LENGTH_DELIMITED);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void key(int field, int type) {
      varint(field << 3 | type);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    private static ByteBuffer littleEndian(int size) {
      return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
