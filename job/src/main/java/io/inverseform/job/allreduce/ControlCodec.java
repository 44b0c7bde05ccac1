package io.inverseform.job.allreduce;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The control path's bytes, written and read by hand. A message is: int magic, short version, byte
 * type, the attempt id (not in replies), the fields in order. Numbers are big-endian; a text is an
 * int of bytes and UTF-8; every length is checked before memory is taken.
 */
final class ControlCodec {
  /** Longest message; longer ones are refused unread. */
  static final int MAX_BYTES = 1 << 20;

  private static final int MAX_TEXT_BYTES = 1 << 17;
  private static final int MAX_ENTRIES = 1 << 12;
  private static final int MAGIC = 0x49464354;
  private static final short VERSION = 3;

  private final String attempt;

  ControlCodec(String attempt) {
    this.attempt = attempt;
  }

  ByteBuffer encode(Control message) {
    if (message instanceof Control.Register m) {
      Writer out = new Writer(1).text(attempt).number(m.partition()).text(m.gpu());
      out.address(m.address());
      out.number(m.fingerprint().size());
      m.fingerprint().forEach((key, value) -> out.text(key).text(value));
      return out.bytes();
    }
    if (message instanceof Control.Ready) {
      return new Writer(2).text(attempt).bytes();
    }
    if (message instanceof Control.Heartbeat) {
      return new Writer(3).text(attempt).bytes();
    }
    if (message instanceof Control.Progress m) {
      return new Writer(4).text(attempt).number(m.step()).text(m.payload()).bytes();
    }
    if (message instanceof Control.Failed m) {
      return new Writer(5)
          .text(attempt)
          .number(m.kind().ordinal())
          .text(cut(m.message()))
          .text(cut(m.stackTrace()))
          .bytes();
    }
    return new Writer(6).text(attempt).bytes();
  }

  /** Replies name no attempt: they answer a message that did. */
  static ByteBuffer encode(Control.Reply reply) {
    if (reply instanceof Control.Assigned r) {
      Writer out =
          new Writer(17).number(r.rank()).number(r.heartbeatMillis()).number(r.peers().size());
      r.peers().forEach(out::address);
      return out.bytes();
    }
    if (reply instanceof Control.Carry r) {
      Writer out = new Writer(19).number(r.directives().size());
      r.directives()
          .forEach(d -> out.number(d.kind().ordinal()).number(d.step()).text(cut(d.reason())));
      return out.bytes();
    }
    return new Writer(18).text(cut(((Control.Refused) reply).message())).bytes();
  }

  /**
   * @throws RefusedException if these are not the bytes of a message of this attempt
   */
  Control decode(ByteBuffer bytes) {
    return read(
        bytes,
        (type, in) -> {
          String sent = text(in);
          if (!sent.equals(attempt)) {
            throw new RefusedException(
                "attempt '"
                    + sent
                    + "' is not the running one, '"
                    + attempt
                    + "': a task of an earlier attempt, which must end");
          }
          return message(type, in);
        });
  }

  /**
   * @throws RefusedException if these are not the bytes of a reply
   */
  static Control.Reply decodeReply(ByteBuffer bytes) {
    return read(bytes, ControlCodec::reply);
  }

  private interface Fields<T> {
    T read(int type, ByteBuffer in);
  }

  private static <T> T read(ByteBuffer in, Fields<T> fields) {
    if (in.remaining() > MAX_BYTES) {
      throw new RefusedException(
          "control message of " + in.remaining() + " bytes, at most " + MAX_BYTES);
    }
    try {
      int magic = in.getInt();
      short version = in.getShort();
      if (magic != MAGIC || version != VERSION) {
        throw new RefusedException(
            String.format(
                "no control message of version %d: magic %08x, version %d",
                VERSION, magic, version));
      }
      int type = in.get();
      T message = fields.read(type, in);
      if (in.hasRemaining()) {
        throw new RefusedException(
            "control message of type " + type + " with " + in.remaining() + " bytes too many");
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw new RefusedException("control message cut short");
    } catch (IllegalArgumentException e) {
      throw new RefusedException("control message: " + e.getMessage());
    }
  }

  private static Control message(int type, ByteBuffer in) {
    return switch (type) {
      case 1 -> {
        int partition = in.getInt();
        String gpu = text(in);
        Address address = address(in);
        Map<String, String> fingerprint = new TreeMap<>();
        for (int i = entries(in); i > 0; i--) {
          fingerprint.put(text(in), text(in));
        }
        yield new Control.Register(partition, gpu, address, fingerprint);
      }
      case 2 -> new Control.Ready();
      case 3 -> new Control.Heartbeat();
      case 4 -> new Control.Progress(in.getLong(), text(in));
      case 5 -> {
        int kind = in.getInt();
        if (kind < 0 || kind >= WorkerFailure.Kind.values().length) {
          throw new RefusedException("failure of unknown kind " + kind);
        }
        yield new Control.Failed(text(in), text(in), WorkerFailure.Kind.values()[kind]);
      }
      case 6 -> new Control.Leave();
      default -> throw new RefusedException("control message of unknown type " + type);
    };
  }

  private static Control.Reply reply(int type, ByteBuffer in) {
    return switch (type) {
      case 17 -> {
        int rank = in.getInt();
        int heartbeatMillis = in.getInt();
        List<Address> peers = new ArrayList<>();
        for (int i = entries(in); i > 0; i--) {
          peers.add(address(in));
        }
        yield new Control.Assigned(rank, heartbeatMillis, List.copyOf(peers));
      }
      case 18 -> new Control.Refused(text(in));
      case 19 -> {
        List<Directive> directives = new ArrayList<>();
        for (int i = entries(in); i > 0; i--) {
          int kind = in.getInt();
          if (kind < 0 || kind >= Directive.Kind.values().length) {
            throw new RefusedException("directive of unknown kind " + kind);
          }
          directives.add(new Directive(Directive.Kind.values()[kind], in.getLong(), text(in)));
        }
        yield new Control.Carry(List.copyOf(directives));
      }
      default -> throw new RefusedException("control reply of unknown type " + type);
    };
  }

  private static Address address(ByteBuffer in) {
    return new Address(text(in), in.getInt());
  }

  private static int entries(ByteBuffer in) {
    int entries = in.getInt();
    if (entries < 0 || entries > MAX_ENTRIES) {
      throw new RefusedException(
          "control message with " + entries + " entries, at most " + MAX_ENTRIES);
    }
    return entries;
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > Math.min(MAX_TEXT_BYTES, in.remaining())) {
      throw new RefusedException(
          "text of " + length + " bytes in a control message with " + in.remaining() + " left");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The beginning of a text that may be huge, such as a stack trace. */
  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), MAX_TEXT_BYTES / 4));
  }

  private static final class Writer {
    private ByteBuffer buffer = ByteBuffer.allocate(512);

    Writer(int type) {
      buffer.putInt(MAGIC).putShort(VERSION).put((byte) type);
    }

    Writer number(int value) {
      room(Integer.BYTES).putInt(value);
      return this;
    }

    Writer number(long value) {
      room(Long.BYTES).putLong(value);
      return this;
    }

    Writer address(Address address) {
      return text(address.host()).number(address.port());
    }

    Writer text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (bytes.length > MAX_TEXT_BYTES) {
        throw new IllegalArgumentException(
            "text of " + bytes.length + " bytes for the driver, at most " + MAX_TEXT_BYTES);
      }
      number(bytes.length).room(bytes.length).put(bytes);
      return this;
    }

    private ByteBuffer room(int bytes) {
      if (buffer.remaining() < bytes) {
        int capacity = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
        buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
      }
      return buffer;
    }

    ByteBuffer bytes() {
      return buffer.flip();
    }
  }
}
