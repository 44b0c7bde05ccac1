package io.inverseform.job.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What torch.save wrote: a pickle, and the storages of its tensors. */
final class TorchFile {
  private static final String PICKLE = "data.pkl";
  private static final Object LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Object LEGACY_PROTOCOL = 1001L;

  private TorchFile() {}

  /** A zip archive: {@code data.pkl}, and an entry {@code data/KEY} for each storage. */
  static Content readZip(SourceFile source) throws IOException {
    Map<String, Region> entries = ZipDirectory.read(source);
    String pickle =
        entries.keySet().stream()
            .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
            .findFirst()
            .orElseThrow(
                () -> new IOException(source.name() + " is a zip archive without " + PICKLE));
    String folder = pickle.substring(0, pickle.length() - PICKLE.length());
    requireLittleEndian(source, entries.get(folder + "byteorder"));
    Region region = entries.get(pickle);
    region.verify(source);
    Unpickler unpickler =
        new Unpickler(
            new PickleInput(source, region.position(), region.position() + region.length()));
    Object root = unpickler.read();
    Map<String, Region> storages = new HashMap<>();
    for (Pickled.Storage storage : unpickler.storages().values()) {
      String name = folder + "data/" + storage.key();
      Region entry = entries.get(name);
      if (entry == null || entry.length() / storage.type().width() != storage.count()) {
        throw source.damaged(
            "%s should have %d elements of %s, it %s"
                .formatted(
                    name,
                    storage.count(),
                    storage.type(),
                    entry == null ? "is missing" : "has " + entry.length() + " bytes"));
      }
      storages.put(storage.key(), entry);
    }
    return new StateDict(source, storages).content("PyTorch zip archive", root);
  }

  private static void requireLittleEndian(SourceFile source, Region order) throws IOException {
    if (order != null) {
      int length = (int) Math.min(order.length(), 10);
      String name =
          StandardCharsets.US_ASCII.decode(source.read(order.position(), length)).toString();
      if (!name.equals("little")) {
        throw new IOException(source.name() + " has byte order " + name + ", not little");
      }
    }
  }

  /**
   * Before PyTorch 1.6: pickles of a magic number, a protocol, the machine's properties, the object
   * and the storages' keys; then the storages, each behind its number of elements.
   */
  static Content readLegacy(SourceFile source) throws IOException {
    PickleInput in = new PickleInput(source, 0, source.length());
    if (!LEGACY_MAGIC.equals(new Unpickler(in).read())) {
      throw new IOException(source.name() + " is a pickle, but none of torch.save");
    }
    Object protocol = new Unpickler(in).read();
    if (!LEGACY_PROTOCOL.equals(protocol)) {
      throw source.damaged("its protocol is not " + LEGACY_PROTOCOL);
    }
    if (!(new Unpickler(in).read() instanceof Map<?, ?> machine)
        || !Boolean.TRUE.equals(machine.get("little_endian"))) {
      throw new IOException(source.name() + " is not of a little-endian machine");
    }
    Unpickler unpickler = new Unpickler(in);
    Object root = unpickler.read();
    Map<String, Region> storages = new HashMap<>();
    Set<String> keys = keys(source, new Unpickler(in).read());
    if (!keys.equals(unpickler.storages().keySet())) {
      throw source.damaged(
          "it lists %d storages, its tensors use %d"
              .formatted(keys.size(), unpickler.storages().size()));
    }
    long position = in.position();
    for (String key : keys) {
      Pickled.Storage storage = unpickler.storages().get(key);
      long count = source.read(position, Long.BYTES).getLong();
      if (count != storage.count()) {
        throw source.damaged(
            "storage %s has %d elements, its tensors speak of %d"
                .formatted(key, count, storage.count()));
      }
      position += Long.BYTES;
      if (count > (source.length() - position) / storage.type().width()) {
        throw source.truncated(
            "%d elements of %s from byte %d on".formatted(count, storage.type(), position));
      }
      Region region = new Region(key, position, count * storage.type().width());
      storages.put(key, region);
      position += region.length();
    }
    return new StateDict(source, storages).content("PyTorch before 1.6", root);
  }

  private static Set<String> keys(SourceFile source, Object list) throws IOException {
    Set<String> keys = new LinkedHashSet<>();
    List<?> values = list instanceof List<?> given ? given : new ArrayList<>(List.of(0L));
    for (Object value : values) {
      if (!(value instanceof String key) || !keys.add(key)) {
        throw source.damaged("its list of storages is none");
      }
    }
    return keys;
  }
}
