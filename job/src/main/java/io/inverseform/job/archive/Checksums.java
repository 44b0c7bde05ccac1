package io.inverseform.job.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** SHA-256 of files, in hex, and a list of them as {@code sha256sum} writes and checks it. */
final class Checksums {
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([^/\\\\]+)");

  private Checksums() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The checksum of a file as it is now. */
  static String of(FileSystem fileSystem, Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = new DigestInputStream(fileSystem.open(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return hex(digest);
  }

  /** The text of a list. */
  static String list(Map<String, String> byName) {
    return byName.entrySet().stream()
        .map(entry -> entry.getValue() + "  " + entry.getKey() + "\n")
        .collect(Collectors.joining());
  }

  /** Checksums by name. */
  static Map<String, String> read(FileSystem fileSystem, Path list) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (InputStream in = fileSystem.open(list)) {
      in.transferTo(text);
    }
    Map<String, String> byName = new LinkedHashMap<>();
    for (String line : text.toString(StandardCharsets.UTF_8).lines().toList()) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IOException(
            "%s is no list of SHA-256 checksums: its line %d is '%s'"
                .formatted(list, byName.size() + 1, line));
      }
      byName.put(matcher.group(2), matcher.group(1));
    }
    return byName;
  }
}
