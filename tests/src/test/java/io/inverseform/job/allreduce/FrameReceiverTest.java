package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReceiverTest {
  private static final int FLOATS = 8;

  private final ByteBuffer weights = ByteBuffer.allocateDirect(4 * FLOATS);
  private final FloatRange second = new FloatRange(FLOATS / 2, FLOATS / 2);
  private final FrameReceiver receiver = receiver();

  /** What a peer sends late must not be written where other memory may be by then. */
  @Test
  void nothingIsWrittenAfterAnExchangeHasEnded() throws IOException {
    IncomingStream stream = stream();
    byte[] half = {1, 2, 3, 4, 5, 6, 7, 8};
    stream.onData("x", ByteBuffer.wrap(half));

    receiver.close();

    assertThatThrownBy(() -> stream.onData("x", ByteBuffer.wrap(half)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("rank 0 has left the exchange");
    byte[] written = new byte[4 * FLOATS];
    weights.duplicate().get(written);
    byte[] expected = new byte[4 * FLOATS];
    System.arraycopy(half, 0, expected, 4 * second.offset(), half.length);
    assertThat(written).isEqualTo(expected);
  }

  /** A read from the socket into the place itself, and the copy of what another read brought. */
  @Test
  void whatIsReadIntoItsPlaceIsNotCopied() throws IOException {
    IncomingStream stream = stream();

    assertThat(stream.beginRead()).isTrue();
    stream.rest().writeBytes(new byte[] {1, 2, 3, 4, 5});
    stream.endRead(5);
    // The bytes are where they belong; these others would show a copy.
    stream.onData("x", ByteBuffer.wrap(new byte[] {9, 9, 9, 9, 9}));
    stream.onData("x", ByteBuffer.wrap(new byte[] {6, 7, 8}));
    assertThat(stream.beginRead()).isTrue();
    stream.endRead(-1);
    stream.onData("x", ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));

    assertThat(stream.beginRead()).as("all of the body is there").isFalse();
    byte[] written = new byte[2 * FLOATS];
    weights.get(2 * FLOATS, written);
    assertThat(written).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(receiver.receivedBytes()).isEqualTo(16);
  }

  @Test
  void nothingIsReadIntoAPlaceAfterAnExchangeHasEnded() throws IOException {
    IncomingStream stream = stream();

    receiver.close();

    assertThat(stream.beginRead()).isFalse();
  }

  private IncomingStream stream() {
    return receiver.receive(new FrameHeader("a", FrameHeader.Kind.WEIGHTS, 1, 0, second));
  }

  private FrameReceiver receiver() {
    FlatMemory memory = FlatMemory.of(weights, ByteBuffer.allocateDirect(4 * FLOATS));
    FloatRange first = new FloatRange(0, FLOATS / 2);
    StepMonitor monitor =
        new StepMonitor(
            0,
            List.of(new Address("localhost", 1), new Address("localhost", 2)),
            0,
            Duration.ofSeconds(1),
            Interruption.when(() -> false, "never"));
    Coverage given = new Coverage(memory.whole());
    given.add(memory.whole());
    WireFormat format = new Float32Format(memory);
    Inbox inbox = new WeightsInbox(0, List.of(first, second), format, given, 0);
    return new FrameReceiver("a", 0, 2, monitor, format, inbox, inbox, inbox);
  }
}
