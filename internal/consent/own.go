package consent

// own are the program's words, as clients show them (consent.words in
// web/locales). Other words need another key there and here: who was asked in these
// must be found to have been asked in these.
func own() map[string]string {
	return map[string]string{
		"en": "The organisation that holds this meeting is recording it. Only people who agree are recorded: their camera, their microphone, the screen they share and their name.\n\n" +
			"The organisation decides what the recording is for, who may watch it and how long it is kept, and is responsible for it. If you would like to know more, ask those who run this meeting.\n\n" +
			"You can say no. You then take part as before, everything keeps working, and your picture, your voice, your screen and your name are not recorded. You can change your answer at any time; it then holds from that moment on.",
		"de": "Die Organisation, die diese Besprechung abhält, zeichnet sie auf. Aufgezeichnet werden nur Personen, die einwilligen: ihre Kamera, ihr Mikrofon, der Bildschirm, den sie teilen, und ihr Name.\n\n" +
			"Die Organisation entscheidet, wozu die Aufzeichnung dient, wer sie ansehen darf und wie lange sie aufbewahrt wird, und ist dafür verantwortlich. Wenn Sie mehr wissen möchten, fragen Sie diejenigen, die diese Besprechung leiten.\n\n" +
			"Sie können Nein sagen. Sie nehmen dann teil wie bisher, alles funktioniert weiter, und Ihr Bild, Ihre Stimme, Ihr Bildschirm und Ihr Name werden nicht aufgezeichnet. Sie können Ihre Antwort jederzeit ändern; sie gilt dann ab diesem Augenblick.",
		"fr": "L’organisation qui tient cette réunion l’enregistre. Seules les personnes qui acceptent sont enregistrées : leur caméra, leur microphone, l’écran qu’elles partagent et leur nom.\n\n" +
			"L’organisation décide à quoi sert l’enregistrement, qui peut le regarder et combien de temps il est conservé ; elle en est responsable. Si vous souhaitez en savoir plus, adressez-vous aux personnes qui dirigent cette réunion.\n\n" + //nolint:misspell // it is French
			"Vous pouvez refuser. Vous participez alors comme avant, tout continue de fonctionner, et votre image, votre voix, votre écran et votre nom ne sont pas enregistrés. Vous pouvez changer votre réponse à tout moment ; elle vaut alors à partir de cet instant.",
		"nl": "De organisatie die deze vergadering houdt, neemt haar op. Alleen wie toestemt, wordt opgenomen: de camera, de microfoon, het gedeelde scherm en de naam.\n\n" +
			"De organisatie bepaalt waarvoor de opname dient, wie haar mag bekijken en hoe lang zij wordt bewaard, en is daarvoor verantwoordelijk. Wilt u meer weten, vraag het dan aan degenen die deze vergadering leiden.\n\n" +
			"U kunt nee zeggen. U doet dan mee als voorheen, alles blijft werken, en uw beeld, uw stem, uw scherm en uw naam worden niet opgenomen. U kunt uw antwoord altijd wijzigen; het geldt dan vanaf dat moment.",
	}
}

// Shown returns w with a text for each language: where there is none, the
// program's own. It is what people are shown, word for word.
func (w Words) Shown() Words {
	texts := own()
	for language, text := range w.Texts {
		if text != "" {
			texts[language] = text
		}
	}
	return Words{Version: w.Version, Texts: texts}
}
