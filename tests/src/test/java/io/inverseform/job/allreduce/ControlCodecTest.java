package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ControlCodecTest {
  private static final ControlCodec CODEC = new ControlCodec("attempt-1");
  private static final List<Control> MESSAGES =
      List.of(
          new Control.Register(
              3, "1", new Address("höst", 4711), Map.of("jar", "1", "data", "äöü")),
          new Control.Ready(),
          new Control.Heartbeat(),
          new Control.Progress(1L << 40, "{\"loss\":1}"),
          new Control.Failed("message", "trace", WorkerFailure.Kind.SILENT),
          new Control.Leave());
  private static final List<Control.Reply> REPLIES =
      List.of(
          new Control.Assigned(1, 500, List.of(new Address("a", 1), new Address("b", 65535))),
          new Control.Refused("no"),
          new Control.Carry(List.of(new Directive(Directive.Kind.STOP, 7, "preempted"))));

  @Test
  void whatIsWrittenIsRead() {
    for (Control message : MESSAGES) {
      assertThat(CODEC.decode(CODEC.encode(message))).isEqualTo(message);
    }
    for (Control.Reply reply : REPLIES) {
      assertThat(ControlCodec.decodeReply(ControlCodec.encode(reply))).isEqualTo(reply);
    }
  }

  @Test
  void aMessageCutAnywhereIsRefused() {
    for (Control message : MESSAGES) {
      byte[] bytes = CODEC.encode(message).array();
      for (int length = 0; length < CODEC.encode(message).remaining(); length++) {
        ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
        assertThatThrownBy(() -> CODEC.decode(cut)).isInstanceOf(RefusedException.class);
      }
    }
  }

  @Test
  void randomChangesAreReadOrRefusedButNeverAnythingElse() {
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      ByteBuffer bytes = CODEC.encode(MESSAGES.get(i % MESSAGES.size()));
      for (int k = 0; k < 3; k++) {
        bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
      }
      try {
        CODEC.decode(bytes);
      } catch (RefusedException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  @Test
  void lengthsAreCheckedBeforeMemoryIsTaken() {
    ByteBuffer text = CODEC.encode(new Control.Progress(1, "payload"));
    text.putInt(text.limit() - "payload".length() - 4, Integer.MAX_VALUE);
    assertThatThrownBy(() -> CODEC.decode(text))
        .hasMessage("text of 2147483647 bytes in a control message with 7 left");
    ByteBuffer entries = CODEC.encode(new Control.Register(0, "", new Address("a", 1), Map.of()));
    entries.putInt(entries.limit() - 4, 1 << 30);
    assertThatThrownBy(() -> CODEC.decode(entries))
        .hasMessageContaining("1073741824 entries, at most 4096");
    assertThatThrownBy(() -> CODEC.decode(ByteBuffer.allocate(ControlCodec.MAX_BYTES + 1)))
        .hasMessageContaining("1048577 bytes, at most 1048576");
  }

  @Test
  void aHugeStackTraceOrReasonArrivesCutAHugePayloadIsAnError() {
    String huge = "x".repeat(10_000_000);
    Control.Failed failed =
        (Control.Failed)
            CODEC.decode(
                CODEC.encode(new Control.Failed("message", huge, WorkerFailure.Kind.ERROR)));
    assertThat(failed.stackTrace()).startsWith("xxx").hasSizeLessThan(huge.length());
    Control.Carry stop = new Control.Carry(List.of(new Directive(Directive.Kind.STOP, 7, huge)));
    Control.Carry carried = (Control.Carry) ControlCodec.decodeReply(ControlCodec.encode(stop));
    assertThat(carried.directives().get(0).step()).isEqualTo(7);
    assertThat(carried.directives().get(0).reason())
        .startsWith("xxx")
        .hasSizeLessThan(huge.length());
    assertThatThrownBy(() -> CODEC.encode(new Control.Progress(1, huge)))
        .hasMessage("text of 10000000 bytes for the driver, at most 131072");
  }

  @Test
  void headersCutOrChangedAreReadOrRefused() {
    FrameHeader header =
        new FrameHeader("attempt-1", FrameHeader.Kind.WEIGHTS, 2, 77, new FloatRange(640, 12));
    assertThat(FrameHeader.decode(header.encode())).isEqualTo(header);
    assertThat(header.bodyBytes()).isEqualTo(48);
    for (int length = 0; length < header.encode().remaining(); length++) {
      ByteBuffer cut = header.encode().limit(length);
      assertThatThrownBy(() -> FrameHeader.decode(cut)).isInstanceOf(RefusedException.class);
    }
    Random random = new Random(2);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      ByteBuffer bytes = header.encode();
      bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
      try {
        FrameHeader.decode(bytes);
      } catch (RefusedException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(4_000);
  }
}
