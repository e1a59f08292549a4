package auth

import "strings"

// BrowserOf names the browser and the system of a User-Agent header, as in
// "Firefox on Linux", so that people recognise their sessions. Versions and
// devices are left out: together they would single a person out.
func BrowserOf(userAgent string) string {
	browser, system := familyOf(userAgent, browsers()), familyOf(userAgent, systems())
	switch {
	case browser == "" && system == "":
		return ""
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + " on " + system
}

// family is a word in the header and what it stands for.
type family struct{ word, name string }

// browsers are asked in this order: most also claim to be the ones after them.
func browsers() []family {
	return []family{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"Vivaldi/", "Vivaldi"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	}
}

// systems likewise: a phone with Android also claims to be Linux.
func systems() []family {
	return []family{
		{"Android", "Android"},
		{"iPhone", "iOS"},
		{"iPad", "iPadOS"},
		{"CrOS", "ChromeOS"},
		{"Windows", "Windows"},
		{"Macintosh", "macOS"},
		{"Linux", "Linux"},
		{"BSD", "BSD"},
	}
}

func familyOf(userAgent string, families []family) string {
	for _, f := range families {
		if strings.Contains(userAgent, f.word) {
			return f.name
		}
	}
	return ""
}
