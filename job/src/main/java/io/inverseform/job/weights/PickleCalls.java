package io.inverseform.job.weights;

import io.inverseform.job.weights.Pickled.Global;
import io.inverseform.job.weights.Pickled.NumpyType;
import io.inverseform.job.weights.Pickled.Storage;
import io.inverseform.job.weights.Pickled.Tensor;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The few globals that weights need, and what calling them makes: plain values and tensors. */
final class PickleCalls {
  /** What calls may make in all, roughly: few bytes of a pickle can ask for many. */
  private static final long MAX_BYTES = 1 << 27;

  private static final int BYTES_OF_ENTRY = 64;
  private static final int MAX_RANK = 64;
  private static final String TORCH = "torch.";
  private static final Set<String> KNOWN =
      Set.of(
          "collections.OrderedDict",
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_parameter",
          "torch.Size",
          "numpy.dtype",
          "numpy.ndarray",
          "numpy.core.multiarray.scalar",
          "numpy.core.multiarray._reconstruct",
          "_codecs.encode",
          "builtins.set",
          "builtins.frozenset",
          "builtins.bytes",
          "builtins.bytearray");

  private final PickleInput in;
  private long made;

  PickleCalls(PickleInput in) {
    this.in = in;
  }

  /**
   * A global that the pickle names.
   *
   * @throws IOException if weights do not need it
   */
  Global global(String module, String name) throws IOException {
    String full =
        module.replace("__builtin__", "builtins").replace("numpy._core.", "numpy.core.")
            + "."
            + name;
    boolean storage = module.equals("torch") && ElementType.ofStorage(name) != null;
    if (!storage && !KNOWN.contains(full)) {
      throw in.damaged(
          "names the global %s.%s: only tensors and plain containers are read, no code is run"
              .formatted(module, name));
    }
    return new Global(full);
  }

  Object call(Global function, Object[] arguments) throws IOException {
    return switch (function.name()) {
      case "collections.OrderedDict" -> map(arguments);
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
      case "torch._utils._rebuild_parameter" -> argument(arguments, 0, Tensor.class);
      case "torch.Size" -> argument(arguments, 0, Object[].class);
      case "numpy.dtype" -> new NumpyType(argument(arguments, 0, String.class));
      case "numpy.core.multiarray.scalar" ->
          number(argument(arguments, 0, NumpyType.class), bytes(argument(arguments, 1)), 0);
      // Its numbers follow as its state.
      case "numpy.core.multiarray._reconstruct" -> new ArrayList<>();
      case "_codecs.encode" -> bytes(argument(arguments, 0, String.class));
      case "builtins.set", "builtins.frozenset" -> set(arguments);
      case "builtins.bytes", "builtins.bytearray" ->
          arguments.length == 0 ? new byte[0] : bytes(argument(arguments, 0));
      default -> throw in.damaged("calls " + function.name());
    };
  }

  /** Gives a value its state: NumPy's types and arrays have one, a dictionary's is of no use. */
  void build(Object state, Object value) throws IOException {
    Object[] fields = state instanceof Object[] tuple ? tuple : new Object[0];
    if (value instanceof NumpyType type) {
      type.bigEndian = ">".equals(argument(fields, 1));
    } else if (value instanceof List<?>) {
      fill(argument(fields, 2, NumpyType.class), bytes(argument(fields, 4)), value);
    } else if (!(value instanceof Map)) {
      throw in.damaged("gives a state to what has none");
    }
  }

  private void fill(NumpyType type, byte[] bytes, Object list) throws IOException {
    @SuppressWarnings("unchecked")
    List<Object> numbers = (List<Object>) list;
    int width = width(type);
    spend((long) bytes.length / width * BYTES_OF_ENTRY);
    for (int at = 0; at + width <= bytes.length; at += width) {
      numbers.add(number(type, bytes, at));
    }
  }

  /** The storage that a persistent id speaks of. */
  Storage storage(Object id) throws IOException {
    Object[] fields = id instanceof Object[] tuple ? tuple : new Object[0];
    String typeName = argument(fields, 1, Global.class).name();
    ElementType type =
        typeName.startsWith(TORCH)
            ? ElementType.ofStorage(typeName.substring(TORCH.length()))
            : null;
    long count = argument(fields, 4, Long.class);
    if (!"storage".equals(fields[0]) || type == null || count < 0) {
      throw in.damaged("speaks of a storage of %s with %d elements".formatted(typeName, count));
    }
    if (fields.length > 5 && fields[5] != null) {
      throw in.damaged("has a view of a storage, as only PyTorch before 0.4 wrote it");
    }
    return new Storage(argument(fields, 2, String.class), type, count);
  }

  /** A key; containers are none, in Python either. */
  Object hashable(Object key) throws IOException {
    if (key instanceof Collection || key instanceof Map) {
      throw in.damaged("has a container for a key");
    }
    return key;
  }

  private Tensor tensor(Object[] arguments) throws IOException {
    return new Tensor(
        argument(arguments, 0, Storage.class),
        argument(arguments, 1, Long.class),
        sizes(argument(arguments, 2, Object[].class)),
        sizes(argument(arguments, 3, Object[].class)));
  }

  private List<Long> sizes(Object[] values) throws IOException {
    if (values.length > MAX_RANK) {
      throw in.damaged("has a tensor of %d dimensions".formatted(values.length));
    }
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      sizes.add(argument(values, i, Long.class));
    }
    return List.copyOf(sizes);
  }

  private Map<Object, Object> map(Object[] arguments) throws IOException {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.length > 0) {
      List<?> pairs = argument(arguments, 0, List.class);
      spend((long) pairs.size() * BYTES_OF_ENTRY);
      for (Object pair : pairs) {
        Object[] entry = argument(new Object[] {pair}, 0, Object[].class);
        map.put(hashable(argument(entry, 0)), argument(entry, 1));
      }
    }
    return map;
  }

  private Set<Object> set(Object[] arguments) throws IOException {
    Set<Object> set = new LinkedHashSet<>();
    if (arguments.length > 0) {
      List<?> values = argument(arguments, 0, List.class);
      spend((long) values.size() * BYTES_OF_ENTRY);
      for (Object value : values) {
        set.add(hashable(value));
      }
    }
    return set;
  }

  private int width(NumpyType type) throws IOException {
    if (!type.code.matches("[iuf][1248]|b1") || type.code.equals("f1")) {
      throw in.damaged("has NumPy elements of type " + type.code);
    }
    return type.code.charAt(1) - '0';
  }

  private Number number(NumpyType type, byte[] bytes, int at) throws IOException {
    int width = width(type);
    if (at + width > bytes.length) {
      throw in.damaged("has %d bytes for a NumPy %s".formatted(bytes.length, type.code));
    }
    byte[] bigEndian = Arrays.copyOfRange(bytes, at, at + width);
    for (int i = 0; !type.bigEndian && i < width; i++) {
      bigEndian[i] = bytes[at + width - 1 - i];
    }
    BigInteger signed = new BigInteger(bigEndian);
    if (type.code.charAt(0) == 'f') {
      return switch (width) {
        case 8 -> Double.longBitsToDouble(signed.longValue());
        case 4 -> (double) Float.intBitsToFloat(signed.intValue());
        default -> (double) ElementType.half(signed.shortValue());
      };
    }
    BigInteger value = type.code.charAt(0) == 'i' ? signed : new BigInteger(1, bigEndian);
    return value.bitLength() < Long.SIZE ? (Number) value.longValue() : value;
  }

  /** Bytes, which protocol 2 writes as a text of the first 256 characters. */
  private byte[] bytes(Object value) throws IOException {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    if (value instanceof String text && text.chars().allMatch(c -> c < 256)) {
      spend(text.length());
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    throw in.damaged("has no bytes where they belong");
  }

  private void spend(long bytes) throws IOException {
    made += bytes;
    if (made > MAX_BYTES) {
      throw in.damaged("makes more than weights need");
    }
  }

  private Object argument(Object[] arguments, int index) throws IOException {
    if (index >= arguments.length) {
      throw in.damaged("gives %d arguments, %d are needed".formatted(arguments.length, index + 1));
    }
    return arguments[index];
  }

  private <T> T argument(Object[] arguments, int index, Class<T> type) throws IOException {
    Object value = argument(arguments, index);
    if (!type.isInstance(value)) {
      throw in.damaged(
          "gives a %s where a %s belongs"
              .formatted(
                  value == null ? "None" : value.getClass().getSimpleName(), type.getSimpleName()));
    }
    return type.cast(value);
  }
}
