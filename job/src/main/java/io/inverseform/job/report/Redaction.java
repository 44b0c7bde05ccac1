package io.inverseform.job.report;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes secrets out of what a report shows: values whose name says that they are one, logins within
 * addresses, texts that have the form of a key, and all that the process itself knows as a secret.
 */
final class Redaction {
  static final String STARS = "***";

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?i)secret|passw|passphrase|token|credential|signature|authorization"
              + "|(access|account|api|private|encryption|shared)[._-]?key|(^|[._-])(key|auth|sas|sig|pwd|pass)$");

  /** How to find secrets, and how long they are; the folder that a shell is in. */
  private static final Pattern HARMLESS_NAME =
      Pattern.compile("(?i)credentials?[._-]provider|secretBitLength|^(OLD)?PWD$");

  private static final Pattern PAIR =
      Pattern.compile(
          "(?<name>[\\w.-]+)(?:[\"']?\\s*[=:]\\s*|(?<=--[\\w.-]{1,80})\\s+)"
              + "(?<value>\"[^\"]*\"|'[^']*'|[^\\s,;&\"'}\\]]+)");

  /** A secret key of AWS may have slashes; abfss:// has a name without a secret before its @. */
  private static final Pattern LOGIN =
      Pattern.compile(
          "(?<=s3[an]?://)[^/@\\s]*:\\S*@|(?<=https?://)[^/\\s]+@|(?<=://)[^/@:\\s]*:[^/\\s]*@");

  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)"
              + "|\\b(AKIA|ASIA)[A-Z0-9]{16}\\b"
              + "|\\b(gh[pousr]_|github_pat_|glpat-|xox[abposr]-|hf_|sk-|AIza)[\\w-]{16,}"
              + "|\\beyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*"
              + "|(?i:\\bbearer\\s+)[\\w+/=.~-]{8,}");

  private static final int SHORTEST_SECRET = 6;

  private final Pattern names;
  private final Set<String> known;

  private Redaction(Pattern names, Set<String> known) {
    this.names = names;
    this.known = known;
  }

  /**
   * What there is to hide in a process.
   *
   * @param more names of secrets, as a regular expression, beside those that are known
   * @param values settings and variables of the process by name
   */
  static Redaction of(String more, Map<String, String> values) {
    Redaction names = new Redaction(Pattern.compile(more), Set.of());
    return new Redaction(
        names.names,
        values.entrySet().stream()
            .filter(entry -> names.isSecret(entry.getKey()))
            .map(Map.Entry::getValue)
            .filter(value -> value.length() >= SHORTEST_SECRET)
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** With the variables of this process. */
  static Redaction here() {
    return of("(?!)", System.getenv());
  }

  /** A value under its name. */
  String value(String name, String value) {
    return isSecret(name) && !value.isEmpty() ? STARS : text(value);
  }

  private boolean isSecret(String name) {
    return (SECRET_NAME.matcher(name).find() || names.matcher(name).find())
        && !HARMLESS_NAME.matcher(name).find();
  }

  /** Any text: a command line, a list of addresses, a configuration. */
  String text(String text) {
    String shown = text;
    for (String secret : known.stream().sorted((a, b) -> b.length() - a.length()).toList()) {
      shown = shown.replace(secret, STARS);
    }
    shown = KEY.matcher(shown).replaceAll(STARS);
    shown = LOGIN.matcher(shown).replaceAll(STARS + "@");
    return withoutPairs(shown);
  }

  /** What is no secret may hold pairs of its own, as an address with parameters does. */
  private String withoutPairs(String text) {
    StringBuilder shown = new StringBuilder();
    Matcher pair = PAIR.matcher(text);
    int done = 0;
    int from = 0;
    while (pair.find(from)) {
      if (isSecret(pair.group("name"))) {
        shown.append(text, done, pair.start("value")).append(STARS);
        done = end(text, pair);
        from = done;
      } else {
        from = pair.start("value");
      }
    }
    return shown.append(text, done, text.length()).toString();
  }

  /** The same for a whole command line. */
  String commandLine(Stream<String> words) {
    return text(
        words
            .map(word -> word.matches("\\S+") ? word : "'" + word + "'")
            .collect(Collectors.joining(" ")));
  }

  /** A secret may hold what separates others, but for parameters of an address and quoted ones. */
  private static int end(String text, Matcher pair) {
    int start = pair.start("name");
    boolean parameter = start > 0 && "?&".indexOf(text.charAt(start - 1)) >= 0;
    int end = pair.end();
    if (parameter || "\"'".indexOf(text.charAt(pair.start("value"))) >= 0) {
      return end;
    }
    while (end < text.length()
        && !Character.isWhitespace(text.charAt(end))
        && "\"'".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }
}
