package io.inverseform.job.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the binary opcodes of pickle protocols 2 to 5 (Python's pickletools) and makes nothing but
 * plain values: null, Boolean, Long, BigInteger, Double, String, byte[], List, Object[] for a
 * tuple, Map, Set, and {@link Pickled}. Any global that {@link PickleCalls} does not know is
 * refused as soon as it is named; none is ever looked up, so nothing of the file is run.
 */
final class Unpickler {
  /** What bounds the memory that a pickle can take: far above any network's, far below the heap. */
  private static final int MAX_STEPS = 1_000_000;

  private static final int MAX_PROTOCOL = 5;

  private final PickleInput in;
  private final PickleCalls calls;
  private final Map<String, Pickled.Storage> storages = new LinkedHashMap<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final List<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();

  Unpickler(PickleInput in) {
    this.in = in;
    calls = new PickleCalls(in);
  }

  /** Storages that the object's tensors are views of, by key. */
  Map<String, Pickled.Storage> storages() {
    return storages;
  }

  /**
   * Reads one object.
   *
   * @throws IOException if the pickle is damaged, too large, or names what weights do not need
   */
  Object read() throws IOException {
    for (int steps = 0; steps < MAX_STEPS; steps++) {
      int opcode = in.u1();
      if (opcode == '.') {
        return pop();
      }
      run(opcode);
    }
    throw in.damaged("has more than %d opcodes".formatted(MAX_STEPS));
  }

  private void run(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> requireProtocol(in.u1());
      case 0x95 -> in.i8(); // FRAME
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) in.u1());
      case 'M' -> push((long) in.u2());
      case 'J' -> push((long) in.i4());
      case 0x8a -> push(integer(in.u1()));
      case 0x8b -> push(integer(in.u4()));
      case 'G' -> push(in.bytes(8).order(ByteOrder.BIG_ENDIAN).getDouble());
      case 'X' -> push(in.text(in.u4()));
      case 0x8c -> push(in.text(in.u1()));
      case 0x8d -> push(in.text(in.i8()));
      case 'U' -> push(new String(in.array(in.u1()), StandardCharsets.ISO_8859_1));
      case 'T' -> push(new String(in.array(in.u4()), StandardCharsets.ISO_8859_1));
      case 'C' -> push(in.array(in.u1()));
      case 'B' -> push(in.array(in.u4()));
      case 0x8e -> push(in.array(in.i8()));
      case ']' -> push(new ArrayList<>());
      case '}' -> push(new LinkedHashMap<>());
      case 0x8f -> push(new LinkedHashSet<>());
      case ')' -> push(new Object[0]);
      case 0x85 -> push(popLast(1).toArray());
      case 0x86 -> push(popLast(2).toArray());
      case 0x87 -> push(popLast(3).toArray());
      case 't' -> push(popToMark().toArray());
      case '(' -> marks.push(stack.size());
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> push(peek());
      case 'q' -> memo.put((long) in.u1(), peek());
      case 'r' -> memo.put(in.u4(), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> push(memoized(in.u1()));
      case 'j' -> push(memoized(in.u4()));
      case 'a' -> add(popLast(1), List.class);
      case 'e' -> add(popToMark(), List.class);
      case 0x90 -> add(popToMark(), Set.class);
      case 's' -> put(popLast(2));
      case 'u' -> put(popToMark());
      case 'c' -> push(calls.global(in.line(), in.line()));
      case 'i' -> push(calls.call(calls.global(in.line(), in.line()), popToMark().toArray()));
      case 0x93 -> pushStackGlobal(popLast(2));
      case 'R', 0x81 -> call(popLast(2));
      case 'b' -> calls.build(popLast(1).get(0), peek());
      case 'Q' -> push(storage(pop()));
      default -> throw in.damaged("has opcode 0x%02x, which no weights need".formatted(opcode));
    }
  }

  private void requireProtocol(int protocol) throws IOException {
    if (protocol > MAX_PROTOCOL) {
      throw in.damaged("is of protocol %d, known are 2 to %d".formatted(protocol, MAX_PROTOCOL));
    }
  }

  private Object integer(long length) throws IOException {
    byte[] bytes = in.array(length);
    if (bytes.length == 0) {
      return 0L;
    }
    for (int i = 0; i < bytes.length / 2; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[bytes.length - 1 - i];
      bytes[bytes.length - 1 - i] = swapped;
    }
    BigInteger value = new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object peek() throws IOException {
    if (stack.size() <= floor()) {
      throw in.damaged("takes a value where there is none");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() throws IOException {
    Object value = peek();
    stack.remove(stack.size() - 1);
    return value;
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.peek();
  }

  private List<Object> popLast(int count) throws IOException {
    if (stack.size() - count < floor()) {
      throw in.damaged("takes %d values where there are fewer".formatted(count));
    }
    List<Object> tail = stack.subList(stack.size() - count, stack.size());
    List<Object> values = new ArrayList<>(tail);
    tail.clear();
    return values;
  }

  private List<Object> popToMark() throws IOException {
    if (marks.isEmpty()) {
      throw in.damaged("looks for a mark where there is none");
    }
    List<Object> values = popLast(stack.size() - marks.peek());
    marks.pop();
    return values;
  }

  private Object memoized(long key) throws IOException {
    if (!memo.containsKey(key)) {
      throw in.damaged("refers to value %d, which it never made".formatted(key));
    }
    return memo.get(key);
  }

  private void add(List<Object> values, Class<?> container) throws IOException {
    if (!container.isInstance(peek())) {
      throw in.damaged("adds to what is no " + container.getSimpleName());
    }
    @SuppressWarnings("unchecked")
    Collection<Object> collection = (Collection<Object>) peek();
    for (Object value : values) {
      collection.add(container == Set.class ? calls.hashable(value) : value);
    }
  }

  private void put(List<Object> values) throws IOException {
    if (!(peek() instanceof Map) || values.size() % 2 != 0) {
      throw in.damaged("sets keys of what is no dictionary");
    }
    @SuppressWarnings("unchecked")
    Map<Object, Object> map = (Map<Object, Object>) peek();
    for (int i = 0; i < values.size(); i += 2) {
      map.put(calls.hashable(values.get(i)), values.get(i + 1));
    }
  }

  private void pushStackGlobal(List<Object> names) throws IOException {
    if (!(names.get(0) instanceof String module) || !(names.get(1) instanceof String name)) {
      throw in.damaged("names a global by what is no text");
    }
    push(calls.global(module, name));
  }

  private void call(List<Object> functionAndArguments) throws IOException {
    if (!(functionAndArguments.get(0) instanceof Pickled.Global global)
        || !(functionAndArguments.get(1) instanceof Object[] arguments)) {
      throw in.damaged("calls what is no function");
    }
    push(calls.call(global, arguments));
  }

  private Pickled.Storage storage(Object id) throws IOException {
    Pickled.Storage storage = calls.storage(id);
    Pickled.Storage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw in.damaged("speaks of %s and of %s".formatted(known, storage));
    }
    return storage;
  }
}
