package io.inverseform.job.config;

/**
 * A configuration that cannot be used. The message is one line that names the file or option, the
 * full key, the actual value and what would be legal.
 */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String key;

  /** A problem that no single key is the cause of. */
  public ConfigException(String message) {
    this("", message, null);
  }

  /** The same, with what lies behind it. */
  public ConfigException(String message, Throwable cause) {
    this("", message, cause);
  }

  private ConfigException(String key, String message, Throwable cause) {
    super(message, cause);
    this.key = key;
  }

  /**
   * A value outside its legal range.
   *
   * @param key below the record that refuses the value, such as {@code scale_min}
   * @param legal completes the sentence "must be …"
   */
  static ConfigException illegal(String key, Object value, String legal) {
    return new ConfigException(key, "must be %s, is %s".formatted(legal, value), null);
  }

  /** Key below the refusing record, empty where there is none. */
  String key() {
    return key;
  }

  /** What is wrong, without the key. */
  String problem() {
    return super.getMessage();
  }

  @Override
  public String getMessage() {
    return key.isEmpty() ? problem() : "'%s' %s".formatted(key, problem());
  }
}
