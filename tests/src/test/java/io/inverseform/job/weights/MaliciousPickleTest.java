package io.inverseform.job.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pickles that would run code, or fill the memory, in a reader that believes them. */
class MaliciousPickleTest {
  @TempDir private Path folder;

  private static Arguments attack(String message, UnaryOperator<TorchPickle> body) {
    return Arguments.of(message, body.apply(new TorchPickle()).end());
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
        attack(
            "names the global os.system",
            p -> p.global("os", "system").text("touch /tmp/x").raw(0x85, 'R')),
        attack(
            "names the global builtins.eval",
            p -> p.raw('}').text("w").global("builtins", "eval").text("1").raw(0x85, 'R', 's')),
        attack("names the global __builtin__.exec", p -> p.global("__builtin__", "exec")),
        attack(
            "names the global posix.system",
            p -> p.text("posix").text("system").raw(0x93).text("id").raw(0x85, 'R')),
        attack("names the global subprocess.Popen", p -> p.raw("(isubprocess\nPopen\n")),
        attack(
            "names the global torch.hub.load", p -> p.global("torch.hub", "load").raw(')', 0x81)),
        attack("names the global torch.load", p -> p.global("torch", "load")),
        attack("names the global torch.UntypedStorage", p -> p.global("torch", "UntypedStorage")),
        attack(
            "names the global collections.OrderedDict.x",
            p -> p.global("collections", "OrderedDict.x")),
        attack("names the global __torch__.Net", p -> p.global("__torch__", "Net")),
        attack("has opcode 0x82", p -> p.raw(0x82, 1)),
        attack("has opcode 0x50", p -> p.raw("P0\n")),
        attack("calls what is no function", p -> p.text("os.system").raw(')', 'R')),
        attack("calls torch.FloatStorage", p -> p.global("torch", "FloatStorage").raw(')', 'R')),
        attack("gives a state to what has none", p -> p.text("x").raw('}', 'b')),
        attack("takes a value where there is none", p -> p.raw('0')),
        attack("takes a value where there is none", p -> p.raw('N', '(', 'q', 0)),
        attack("takes 2 values where there are fewer", p -> p.raw('N', 0x86)),
        attack("looks for a mark where there is none", p -> p.raw('N', 't')),
        attack("refers to value 7, which it never made", p -> p.raw('h', 7)),
        attack("sets keys of what is no dictionary", p -> p.raw(']', 'N', 'N', 's')),
        attack("sets keys of what is no dictionary", p -> p.raw('}', '(', 'N', 'u')),
        attack("adds to what is no List", p -> p.raw('}', 'N', 'a')),
        attack("has a container for a key", p -> p.raw('}', ']', 'q', 0, 'h', 0, 's')),
        attack("is of protocol 200", p -> p.raw(0x80, 200)),
        attack("claims 4294967295 bytes", p -> p.raw('X', 0xFF, 0xFF, 0xFF, 0xFF)),
        attack("claims -1 bytes", p -> p.raw(0x8d).raw("\u00ff".repeat(8))),
        attack("claims 2147483647 bytes", p -> p.raw(0x8b, 0xFF, 0xFF, 0xFF, 0x7F)),
        attack("has a name of more than 1000 bytes", p -> p.raw("c" + "a".repeat(5000))),
        attack("has more than 1000000 opcodes", p -> p.raw("]".repeat(1_000_001))),
        attack("holds no dictionary", MaliciousPickleTest::nested),
        attack("holds no dictionary", MaliciousPickleTest::withinItself),
        attack("makes more than weights need", MaliciousPickleTest::encodedAgainAndAgain),
        attack("makes more than weights need", MaliciousPickleTest::copiedAgainAndAgain),
        attack("has a tensor of 100000 dimensions", MaliciousPickleTest::wideTensor),
        attack("has NumPy elements of type O8", MaliciousPickleTest::objects),
        attack("has 2 bytes for a NumPy f8", MaliciousPickleTest::shortScalar));
  }

  /** A hundred thousand lists one in another: recursion would end the thread. */
  private static TorchPickle nested(TorchPickle pickle) {
    return pickle.raw("]".repeat(100_000)).raw("a".repeat(99_999));
  }

  private static TorchPickle withinItself(TorchPickle pickle) {
    return pickle.raw('}', 'q', 0).text("a").raw('h', 0, 's');
  }

  /** A hundred thousand characters, encoded ten thousand times. */
  private static TorchPickle encodedAgainAndAgain(TorchPickle pickle) {
    pickle.global("_codecs", "encode").raw('q', 0).text("x".repeat(100_000)).raw(0x85, 'q', 1);
    for (int i = 0; i < 10_000; i++) {
      pickle.raw('h', 0, 'h', 1, 'R');
    }
    return pickle;
  }

  private static TorchPickle copiedAgainAndAgain(TorchPickle pickle) {
    pickle.global("__builtin__", "set").raw('q', 0).raw(']', '(');
    for (int i = 0; i < 10_000; i++) {
      pickle.number(i);
    }
    pickle.raw('e', 0x85, 'q', 1);
    for (int i = 0; i < 10_000; i++) {
      pickle.raw('h', 0, 'h', 1, 'R');
    }
    return pickle;
  }

  private static TorchPickle wideTensor(TorchPickle pickle) {
    pickle.global("torch._utils", "_rebuild_tensor_v2").raw('(').storage("0", 1).number(0);
    pickle.raw("(" + "K\1".repeat(100_000) + "t").raw('2');
    return pickle.raw(0x89, '}', 't', 'R');
  }

  private static TorchPickle objects(TorchPickle pickle) {
    return numpy(pickle, "O8", "........");
  }

  private static TorchPickle shortScalar(TorchPickle pickle) {
    return numpy(pickle, "f8", "ab");
  }

  private static TorchPickle numpy(TorchPickle pickle, String type, String bytes) {
    pickle.global("numpy.core.multiarray", "scalar").global("numpy", "dtype");
    return pickle.text(type).raw(0x85, 'R').text(bytes).raw(0x86, 'R');
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void isRefusedInArchivesAndInFilesBefore16(String message, byte[] pickle) throws IOException {
    Path zip =
        TorchPickle.zip(folder.resolve("zip.pth"), pickle, Map.of("0", TorchPickle.floats(1)));
    Path legacy = TorchPickle.legacy(folder.resolve("legacy.pth"), pickle);
    for (Path file : new Path[] {zip, legacy}) {
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () ->
              assertThatThrownBy(() -> WeightFiles.open(file).close())
                  .isInstanceOf(IOException.class)
                  .hasMessageContaining(file.toString())
                  .hasMessageContaining(message));
    }
  }

  @Test
  void theFirstPickleOfAFileIsNotBelievedEither() throws IOException {
    Path file = folder.resolve("plain.pth");
    Files.write(file, new TorchPickle().global("nt", "system").end());
    assertThatThrownBy(() -> WeightFiles.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("plain.pth is damaged: the pickle at byte ")
        .hasMessageContaining("names the global nt.system: only tensors and plain containers are");
  }

  @Test
  void plainContainersAreNoAttack() throws IOException {
    TorchPickle pickle = new TorchPickle().raw('}', '(');
    pickle.text("w").tensor("0", 1, 0, List.of(), List.of());
    pickle.text("b").tensor("0", 1, 0, List.of(), List.of());
    pickle.text("c").tensor("0", 1, 0, List.of(), List.of());
    pickle.text("d").tensor("0", 1, 0, List.of(), List.of());
    pickle.text("set").global("__builtin__", "set").raw(']', '(').number(1).number(2);
    pickle.raw('e', 0x85, 'R').text("pair").raw(')').text("bytes");
    pickle.global("__builtin__", "bytes").raw(')', 'R');
    Path file =
        TorchPickle.zip(
            folder.resolve("zip.pth"),
            pickle.raw('u').end(),
            Map.of("0", TorchPickle.floats(2.5f)));
    assertThat(WeightFiles.values(WeightFiles.open(file))).containsOnlyKeys("w", "b", "c", "d");
  }
}
